"""What files were in the past: every content that a path ever had, from Git's own history."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git


def contents_over_time(repository: Repository, commit: str, paths: Sequence[str]) -> dict[str, list[bytes]]:
    """{path: every content that it had in a commit that `commit` comes from}, each once; merged branches included, in no order.

    One walk for all paths. Raises MLS0958 for a commit that is not there.
    """
    if not paths:
        return {}
    words = ["log", "--full-history", "-m", "--raw", "--no-abbrev", "--no-renames", "-z", "--format="]
    parts = git(repository.root, *words, repository.resolve(commit), "--", *paths).text.split("\0")
    blobs = _blobs(parts)
    ids = sorted({blob for found in blobs.values() for blob in found})
    contents = dict(zip(ids, repository.contents(ids), strict=True))
    return {path: [contents[blob] for blob in sorted(found)] for path, found in blobs.items()}


def _blobs(parts: Sequence[str]) -> dict[str, set[str]]:
    """{path: ids of the regular files that stood there}, of `:<mode> <mode> <id> <id> <letter>` and the path after each."""
    found: dict[str, set[str]] = {}
    for head, path in pairwise(parts):
        words = head.strip("\n").split()
        if head.strip("\n").startswith(":") and len(words) == 5 and words[1].startswith("100"):
            found.setdefault(path, set()).add(words[3])
    return found
