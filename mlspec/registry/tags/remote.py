"""The GTO tags of a remote: listed, compared with those here, and pushed; never moved or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mlspec.adapters.git import tags as plain
from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.words import some
from mlspec.registry.tags.grammar import parse
from mlspec.registry.tags.read import Tag

Extra = Mapping[str, str] | None


def remote_tags(repository: Repository, remote: str, extra: Extra = None) -> dict[str, str]:
    """{tag: the commit it points at} of every GTO tag on the remote. Raises MLS0960 when the remote can't be read."""
    return {ref: commit for ref, commit in plain.remote_tags(repository, remote, extra).items() if parse(ref)}


def differing(tags: Iterable[Tag], there: Mapping[str, str], remote: str) -> Iterator[Diagnostic]:
    """A diagnostic for each tag that points elsewhere on the remote."""
    for tag in tags:
        commit = there.get(tag.ref)
        if commit is not None and commit != (tag.commit or tag.object):
            message = f"the tag `{tag.ref}` points at {tag.commit or tag.object} here, and at {commit} on {remote}: one of them was moved"
            advice = f"if it was moved here: `git tag -d '{tag.ref}'`, then `git fetch {remote} 'refs/tags/{tag.ref}:refs/tags/{tag.ref}'`"
            yield Diagnostic("MLS0783", message, None, advice)


def push_tags(repository: Repository, remote: str, tags: Sequence[Tag], extra: Extra = None) -> tuple[list[str], list[Diagnostic]]:
    """Push tags that the remote lacks: the names that went there, and a diagnostic for each that did not.

    One that another run pushed meanwhile is no problem where it points at the same commit.
    """
    if not plain.push_tags(repository, remote, [t.ref for t in tags], extra):
        return [t.ref for t in tags], []
    there = remote_tags(repository, remote, extra)
    said: dict[str, list[Tag]] = {}
    for tag in [t for t in tags if t.ref not in there]:  # each by itself: one that is refused keeps none of the others back
        if refused := plain.push_tags(repository, remote, [tag.ref], extra):
            said.setdefault(_kind_of(refused), []).append(tag)
    there = remote_tags(repository, remote, extra)
    problems = list(differing(tags, there, remote))
    for reason, refused_tags in said.items():
        if lost := [t for t in refused_tags if t.ref not in there]:
            problems.append(_refused(remote, lost, reason))
    return [t.ref for t in tags if there.get(t.ref) == t.commit], problems


def _kind_of(refused: str) -> str:
    """What the remote said, without the name of the tag: so that one message tells of all that were refused alike."""
    return refused.rpartition("(")[2].rstrip(")") if refused.startswith("! [") and "(" in refused else refused


def _refused(remote: str, lost: Sequence[Tag], reason: str) -> Diagnostic:
    """GitHub refuses its workflows' token a tag on a commit whose workflow files differ from those at every branch's tip
    (RafPe/pod-certificate-signer#128), and no `permissions:` of a workflow gives it that right: a warning, for the run did its work.
    """
    listed = some((f"`{t.ref}`" for t in lost), 5)
    message = f"`{remote}` did not take {listed}: {reason}"
    if "refusing to allow" in reason.lower() and "workflow" in reason.lower():
        advice = (
            "a workflow's own token may not tag a commit whose workflow files no branch has any more: "
            "`mlspec tag --push` by a person, or by a GitHub App's token with `workflows: write`, writes them"
        )
        return Diagnostic("MLS0784", message, None, advice, severity="warning")
    return Diagnostic(
        "MLS0784", message, None, "check your access to the remote, and its rules for tags; then run `mlspec tag --push` again"
    )
