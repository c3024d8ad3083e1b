"""Every commit that somebody may still go back to: refs of all kinds, stashes, other worktrees, and what is staged in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.git.objects import find_ids
from mlspec.adapters.git.refs import Refs
from mlspec.adapters.git.run import git, run_git
from mlspec.diagnostics import problem

_UNDER_WAY = ("HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "ORIG_HEAD")


@dataclass(frozen=True, slots=True)
class Ref:
    """A name and the commit that it stands for."""

    name: str
    commit: str


def every_ref(refs: Refs) -> list[Ref]:
    """Branches, remote-tracking branches, tags and whatever else has a ref, by name; a ref of no commit (a tag of a file) is left out."""
    names = git(refs.root, "for-each-ref", "--format=%(refname)").text.splitlines()
    found = _there(refs.root, names)
    refs.know(ref.commit for ref in found)
    return found


def under_way(root: Path) -> list[Ref]:
    """What is checked out in a worktree, and what a merge, rebase or the like that was begun there goes back to."""
    return _there(root, _UNDER_WAY)


def _there(root: Path, names: list[str] | tuple[str, ...]) -> list[Ref]:
    found = find_ids(root, [f"{name}^{{commit}}" for name in names])
    return [Ref(name, commit) for name, commit in zip(names, found, strict=True) if commit]


def stashed(refs: Refs) -> list[Ref]:
    """Every entry of the stash, each with the commits of what was staged and not tracked: only the newest has a ref."""
    if refs.find("refs/stash") is None:
        return []
    rows = git(refs.root, "log", "--walk-reflogs", "--format=%H %P", "refs/stash", "--").text.splitlines()
    return [Ref("stash", commit) for row in rows for commit in row.split()]


def worktrees(root: Path) -> list[Path]:
    """The folders of all worktrees of a repository. Raises MLS0959 for one that is listed and not there (a disk that is not mounted)."""
    rows = git(root, "worktree", "list", "--porcelain").text.split("\n\n")
    places = [_place(row) for row in rows if row]
    missing = next((place for place, is_bare in places if not is_bare and not place.is_dir()), None)
    if missing is not None:
        raise problem("MLS0959", f"the worktree {missing} is not there", help="`git worktree prune` forgets it, if it is gone for good")
    return [place for place, is_bare in places if not is_bare]


def _place(row: str) -> tuple[Path, bool]:
    lines = row.splitlines()
    return Path(lines[0].removeprefix("worktree ")), "bare" in lines


def staged(root: Path) -> Iterator[tuple[str, str]]:
    """(path, blob) of every file in a worktree's index, all sides of a conflict."""
    for row in git(root, "ls-files", "--stage", "-z").text.split("\0"):
        if row:
            meta, path = row.split("\t", 1)
            yield path, meta.split()[1]


def remote_names(root: Path) -> list[str]:
    """The names of a repository's remotes."""
    return run_git(root, ["remote"]).text.split()
