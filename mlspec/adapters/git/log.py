"""The one walk over history: commits, and what each of them changed in which file, as Git's log tells it while it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from mlspec.adapters.git.refs import Refs
from mlspec.adapters.git.run import stream_git
from mlspec.adapters.git.when import instant, unix_seconds

_HEAD = "%x01%H%x1f%ct%x1f%P%x1f%an <%ae>"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: when it was committed (Unix seconds, as `unix_seconds` reads them), and by whom it was made."""

    commit: str
    when: int
    author: str
    is_merge: bool

    @property
    def instant(self) -> str:
        return instant(self.when)


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that a commit changed: the blobs before and after; None where there is none (or a link)."""

    step: Commit
    path: str
    old: str | None
    new: str | None
    state: str
    """A (came), D (went), M, or T where it became a link or stopped to be one."""


def line(refs: Refs, tip: str) -> list[Commit]:
    """The line of first parents from `tip` down, newest first."""
    parts = stream_git(refs.root, "log", "--first-parent", "-z", f"--format={_HEAD}", refs.resolve(tip), "--")
    return [_commit(part) for part in parts if part]


def walk(
    refs: Refs,
    tips: Sequence[str],
    paths: Sequence[str],
    *,
    along: Literal["line", "all"] = "line",
    oldest_first: bool = False,
    since: int | None = None,
) -> Iterator[FileChange]:
    """What commits changed in files at or below `paths`, newest first, as Git finds it; whoever has seen enough stops.

    `along`: the line of first parents, where a merge is a change of the side that it was merged into; or all that was ever merged, a merge
    compared with each of its parents. `since`: Unix seconds of the oldest. A rename is a deletion and an addition. Raises MLS0958.
    """
    way = "--first-parent" if along == "line" else "--full-history"
    bounds = (*(("--reverse",) if oldest_first else ()), *(() if since is None else (f"--since=@{since} +0000",)))
    shape = ("-m", "--raw", "-z", "--no-abbrev", "--no-renames", f"--format={_HEAD}")
    parts = stream_git(refs.root, "log", way, *bounds, *shape, *map(refs.resolve, tips), "--", *paths)
    commit = None
    with closing(parts):
        for part in (p.lstrip("\n") for p in parts):
            if part.startswith("\x01"):
                commit = _commit(part)
            elif part.startswith(":") and commit is not None:
                old_mode, new_mode, old, new, state = part[1:].split(" ")
                yield FileChange(commit, next(parts), _file(old_mode, old), _file(new_mode, new), state[:1])


def _commit(head: str) -> Commit:
    commit, when, parents, author = head.strip("\n\x01").split("\x1f", 3)
    return Commit(commit, unix_seconds(when), author, " " in parents)


def _file(mode: str, blob: str) -> str | None:
    return blob if mode.startswith("100") else None
