"""The GTO tags of a remote: listed, fetched where they are missing here, compared, and pushed; never moved or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git, last_line, run_git
from mlspec.diagnostics import Diagnostic, problem
from mlspec.registry.tags.grammar import parse
from mlspec.registry.tags.read import Tag

_AT_ONCE = 200
"""Names in one command: its length has a limit."""

Extra = Mapping[str, str] | None


def remote_tags(repository: Repository, remote: str, extra: Extra = None) -> dict[str, str]:
    """{tag: the commit it points at} of every GTO tag on the remote. Raises MLS0960 when the remote can't be read."""
    result = run_git(repository.root, ["ls-remote", "--tags", remote], extra=extra)
    if result.code != 0:
        raise problem("MLS0960", f"`{remote}` can't be read: {last_line(result.err)}", help="check the remote's address and access")
    rows = [line.split("\t", 1) for line in result.text.splitlines()]
    named = {ref.removeprefix("refs/tags/"): identity for identity, ref in rows}
    return {ref: named.get(f"{ref}^{{}}", identity) for ref, identity in named.items() if parse(ref)}


def fetch_tags(repository: Repository, remote: str, names: Iterable[str], extra: Extra = None) -> None:
    """Fetch tags that are not here yet. Raises MLS0959."""
    for part in _parts(sorted(names)):
        git(repository.root, "fetch", "--quiet", "--no-tags", remote, *(f"refs/tags/{n}:refs/tags/{n}" for n in part), extra=extra)


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
    refused = ""
    for part in _parts([t.ref for t in tags]):
        refspecs = [f"refs/tags/{n}:refs/tags/{n}" for n in part]
        result = run_git(repository.root, ["push", "--quiet", "--no-follow-tags", remote, *refspecs], extra=extra)
        refused = refused if result.code == 0 else last_line(result.err)
    if not refused:
        return [t.ref for t in tags], []
    there = remote_tags(repository, remote, extra)
    lost = [t for t in tags if t.ref not in there]
    problems = list(differing(tags, there, remote))
    if lost:
        listed = ", ".join(f"`{t.ref}`" for t in lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        advice = "check your access to the remote, and its rules for tags; then run `mlspec tag --push` again"
        problems.append(Diagnostic("MLS0784", f"`{remote}` did not take {listed}: {refused}", None, advice))
    return [t.ref for t in tags if there.get(t.ref) == t.commit], problems


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]
