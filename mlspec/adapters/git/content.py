"""What a commit changes, as content: the same for every history that brings it about. And commits that this clone lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git, run_git

Content = frozenset[tuple[str, str]]
"""(path, `:<old mode> <new mode> <old blob> <new blob> <state>`) of every path that differs."""


def content_between(repository: Repository, old: str, new: str) -> Content:
    """Every path that differs between two commits, with both blobs and modes. Renames are a deletion and an addition."""
    options = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
    parts = git(repository.root, "diff", *options, repository.resolve(old), repository.resolve(new)).text.split("\0")
    return frozenset(zip(parts[1::2], parts[::2], strict=False))


def content_of(repository: Repository, base: str, commit: str) -> Content | None:
    """What `commit` changes since it left `base`; None when the two share no history."""
    fork = repository.merge_base(base, commit)
    return None if fork is None else content_between(repository, fork, commit)


def blobs_at(repository: Repository, commit: str, paths: list[str]) -> Mapping[str, str | None]:
    """{path: `<mode> <kind> <id>`} at a commit; None where nothing is. A link that reads like a file is no such file."""
    listing = git(repository.root, "ls-tree", "-r", "-z", "--full-tree", repository.resolve(commit)).text
    there = {path: meta for meta, path in (row.split("\t", 1) for row in listing.split("\0") if row)}
    return {path: there.get(path) for path in paths}


def parents(repository: Repository, commit: str) -> list[str]:
    """The parents of a commit, in order."""
    return git(repository.root, "rev-list", "--parents", "-1", repository.resolve(commit)).text.split()[1:]


def bring(repository: Repository, remote: str, commit: str, ref: str | None, extra: Mapping[str, str]) -> bool:
    """Whether this clone has a commit, or gets it: by a ref of the remote's, then by its id. No branch of this clone is touched."""
    if repository.find(commit) is not None:
        return True
    for wanted in ([ref] if ref else []) + [commit]:
        run_git(repository.root, ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote, wanted], extra=extra)
        if repository.find(commit) is not None:
            return True
    return False


def merged_tree(repository: Repository, base: str, commit: str) -> str | None:
    """The commit that a merge into `base` would make (which no branch points at); None where Git can't merge them by itself.

    `commit` itself where it stands on top of `base` already. Needs Git 2.38.
    """
    base, commit = repository.resolve(base), repository.resolve(commit)
    if repository.is_ancestor(base, commit):
        return commit
    result = run_git(repository.root, ["merge-tree", "--write-tree", base, commit])
    if result.code != 0:
        return None
    tree = result.text.splitlines()[0]
    return git(repository.root, "commit-tree", tree, "-p", base, "-p", commit, stdin=b"Merge\n", extra=_NOBODY).text


_NOBODY = {f"GIT_{role}_{key}": "mlspec" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


@dataclass(frozen=True, slots=True)
class Added:
    """A file that came with a commit of the line of first parents: the blob it came as."""

    commit: str
    path: str
    blob: str


def additions(repository: Repository, tip: str, folder: str) -> list[Added]:
    """Every regular file below a folder that the line of first parents down from `tip` ever added, in the order of coming.

    A file that went and came back is there twice.
    """
    words = ("log", "--first-parent", "-m", "--diff-filter=A", "--no-renames", "--raw", "--no-abbrev", "-z", "--format=%x01%H")
    parts = iter(git(repository.root, *words, repository.resolve(tip), "--", folder).text.split("\0"))
    found, commit = list[Added](), ""
    for part in (p.lstrip("\n") for p in parts):
        if part.startswith("\x01"):
            commit = part[1:].strip()
        elif part.startswith(":"):
            _, mode, _, blob, _ = part[1:].split(" ")
            path = next(parts)
            found += [Added(commit, path, blob)] if mode.startswith("100") else []
    return found[::-1]


def added_by(repository: Repository, path: str) -> str | None:
    """The newest commit of HEAD's own line (merges, not what they merged) that added a file; None where none did."""
    words = ("log", "-m", "--first-parent", "--diff-filter=A", "--no-renames", "--format=%H", "-1", "HEAD", "--", path)
    return git(repository.root, *words).text or None
