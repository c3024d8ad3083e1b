"""What a commit changes, as content: the same for every history that brings it about."""

from __future__ import annotations

from mlspec.adapters.git.repository import Repository

Content = frozenset[tuple[str, str]]
"""(path, `:<old mode> <new mode> <old blob> <new blob> <state>`) of every path that differs."""


def content_between(repository: Repository, old: str, new: str) -> Content:
    """Every path that differs between two commits, with both blobs and modes. Renames are a deletion and an addition."""
    options = ["--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"]
    parts = repository.ask(["diff", *options], old, new).text.split("\0")
    return frozenset(zip(parts[1::2], parts[::2], strict=False))


def content_of(repository: Repository, base: str, commit: str) -> Content | None:
    """What `commit` changes since it left `base`; None when the two share no history."""
    fork = repository.merge_base(base, commit)
    return None if fork is None else content_between(repository, fork, commit)
