"""Has GitHub make commits of ours anew, so that it signs them: a branch may take signed commits only, and a workflow has no key.

A commit is made here first, by plumbing, and is what the other must be: the same tree, parents and message. GitHub makes it through its
API, its id proves that what came back is all of it, and Git pushes it, with the same lease as ever. So the branch is moved in one step
that somebody else's push stops, and whoever is killed before leaves a commit on GitHub that no branch has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlspec.adapters.git.content import content_between
from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.signed import Content, bring_signed, content_of_commit, is_signed
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.commits import MODULE, Entry, Made, make_commit, make_tree, signing_slug
from mlspec.adapters.github.problems import Action, refusals
from mlspec.adapters.github.remote import server_url
from mlspec.diagnostics import problem

COMMIT = Action(
    "make commits",
    "the commit",
    "`contents: write` (a change in .github/workflows takes a person, or the token of an app with `workflows: write`)",
    "a file in .github/workflows takes a person, or the token of an app with `workflows: write`",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a commit is to be pushed: a remote with its address, and what Git needs in its environment to sign in there."""

    repository: Repository
    remote: str
    url: str
    access: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Signed:
    """The commit to push, and what is to be told about it."""

    commit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Maker:
    api: GitHubApi
    slug: str
    place: Place


def signed_by_github(place: Place, commit: str, known: Sequence[str]) -> Signed:
    """The commit as GitHub signed it, with those before it that `known` (commits that the remote has) lack; itself where nobody signs.

    Their order stays, and those that are signed already are left alone. Raises MLS0963 for a commit that says something else than ours,
    and what GitHub's API refuses: nothing is pushed then.
    """
    slug = signing_slug(place.url)
    if slug is None:
        return Signed(commit)
    made = dict[str, str]()
    commit = place.repository.resolve(commit)
    with refusals(slug, f"{server_url()}/{slug}", COMMIT), GitHubApi.from_environment() as api:
        for one in reversed(place.repository.lacking(commit, known)):
            signed = _anew(_Maker(api, slug, place), one, made)
            if signed is None:
                told = f"{one[:12]} has no signature of GitHub's: where the main branch takes signed commits only, it can't be merged"
                return Signed(commit, told)
            made[one] = signed
    return Signed(made.get(commit, commit))


def _anew(maker: _Maker, commit: str, made: Mapping[str, str]) -> str | None:
    """The commit as GitHub makes it, on top of what it made before; None where it does not sign."""
    repository = maker.place.repository
    ours = content_of_commit(repository, commit)
    wanted = replace(ours, parents=tuple(made.get(parent, parent) for parent in ours.parents))
    if is_signed(repository, commit) and wanted == ours:
        return commit
    found = _made(maker, commit, wanted)
    if not found.signature or not _brought(maker.place, found):
        return None
    if content_of_commit(repository, found.commit) != wanted:
        message = f"GitHub made {found.commit[:12]}, which does not say what {commit[:12]} says"
        raise problem("MLS0963", message, help="nothing was pushed. Run it again; if it stays so, report it with both commits")
    return found.commit


def _made(maker: _Maker, commit: str, wanted: Content) -> Made:
    """GitHub's commit. A tree that came out otherwise is in no commit: raises MLS0963."""
    repository = maker.place.repository
    base = content_of_commit(repository, wanted.parents[0]).tree
    tree = make_tree(maker.api, maker.slug, base, _entries(repository, f"{commit}^", commit))
    if tree != wanted.tree:
        message = f"GitHub made the tree {tree[:12]} of the files of {commit[:12]}, whose tree is {wanted.tree[:12]}"
        raise problem("MLS0963", message, help="nothing was pushed. Run it again; if it stays so, report it with both trees")
    return make_commit(maker.api, maker.slug, tree, wanted.parents, wanted.message)


def _brought(place: Place, made: Made) -> bool:
    """Whether the commit is here now: made of what GitHub signed, else fetched."""
    if bring_signed(place.repository, made.commit, made.payload, made.signature):
        return True
    return place.repository.bring(place.remote, made.commit, None, place.access)


def _entries(repository: Repository, old: str, new: str) -> list[Entry]:
    """What differs between two commits, by path, with modes; a file that is gone keeps its own."""
    rows = sorted((path, row.removeprefix(":").split()) for path, row in content_between(repository, repository.resolve(old), new))
    there = {row[3] for _, row in rows if row[4] != "D" and row[1] != MODULE}
    contents = dict(zip(sorted(there), repository.contents(sorted(there)), strict=True))
    return [_entry(path, row, contents) for path, row in rows]


def _entry(path: str, row: list[str], contents: Mapping[str, bytes]) -> Entry:
    old_mode, mode, _, blob, state = row
    if state == "D":
        return Entry(path, old_mode, None)
    return Entry(path, mode, blob.encode() if mode == MODULE else contents[blob])
