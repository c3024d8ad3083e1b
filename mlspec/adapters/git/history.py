"""What files were in the past: when they came, and every content that a path ever had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlspec.adapters.git.log import walk
from mlspec.adapters.git.repository import Repository


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
    found = [Added(c.step.commit, c.path, c.new) for c in walk(repository, [tip], [folder]) if c.state == "A" and c.new]
    return found[::-1]


def added_by(repository: Repository, path: str) -> str | None:
    """The newest commit of HEAD's own line (merges, not what they merged) that added a file; None where none did."""
    return next((c.step.commit for c in walk(repository, ["HEAD"], [path]) if c.state == "A" and c.path == path), None)


def contents_over_time(repository: Repository, commit: str, paths: Sequence[str]) -> dict[str, list[bytes]]:
    """{path: every content that it had in a commit that `commit` comes from}, each once; merged branches included, in no order.

    One walk for all paths. Raises MLS0958 for a commit that is not there.
    """
    if not paths:
        return {}
    blobs: dict[str, set[str]] = {}
    for change in walk(repository, [commit], paths, along="all"):
        if change.new:
            blobs.setdefault(change.path, set()).add(change.new)
    ids = sorted({blob for found in blobs.values() for blob in found})
    contents = dict(zip(ids, repository.contents(ids), strict=True))
    return {path: [contents[blob] for blob in sorted(found)] for path, found in blobs.items()}
