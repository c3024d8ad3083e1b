"""The base branch as history: its first-parent line. Each commit on it is a merge (or a push), and its committer date is when.

Why first parents only: a promotion is in force from its merge on, not from when its branch was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.adapters.git.run import git, stream_git
from mlspec.adapters.git.when import unix_seconds
from mlspec.language.yaml.load import load_documents

REMOTE = "origin"


@dataclass(frozen=True, slots=True)
class Line:
    """A branch's first-parent line, from `tip` down. `name`: as the user knows it."""

    repository: Repository
    name: str
    tip: str


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of the line: when it was committed (Unix seconds), by whom it was made, and whether it is a merge."""

    commit: str
    when: int
    author: str
    is_merge: bool

    @property
    def instant(self) -> str:
        return instant(self.when)


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that a step changed: the blobs before and after; None where there is none (or a link)."""

    step: Step
    path: str
    old: str | None
    new: str | None


def instant(seconds: int) -> str:
    """A moment as records write it: UTC, whole seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_line(root: Path, base: str | None = None) -> Line:
    """Find the base branch: the one named, else the project's on `origin`, else the local one, else what is checked out.

    Raises MLS0953 for a shallow clone, since what is older than its edge would look as if it never was; MLS0951, MLS0952, MLS0958.
    """
    repository = open_repository(root)
    repository.require_commits()
    repository.require_full()
    if base:
        return Line(repository, base, repository.resolve_unambiguous(base))
    branch = _declared(root)
    for name, ref in ((f"{REMOTE}/{branch}", f"refs/remotes/{REMOTE}/{branch}"), (branch, f"refs/heads/{branch}")):
        if found := repository.find(ref):
            return Line(repository, name, found)
    return Line(repository, "HEAD", repository.resolve("HEAD"))


def _declared(root: Path) -> str:
    """`spec.ci.branch` of mlspec.yaml, read without compiling anything: history must be told of a broken project too."""
    value = mapping("mlspec.yaml", (root / "mlspec.yaml").read_bytes())
    found = pick(value, "spec", "ci", "branch")
    return found if isinstance(found, str) and found else "main"


def mapping(path: str, content: bytes) -> dict[str, Any]:
    """The one mapping of a YAML file; empty where it holds none."""
    documents, _ = load_documents(path, content)
    value = documents[0].value if documents else None
    return value if isinstance(value, dict) else {}


def pick(value: Any, *keys: str) -> Any:
    """The value at a path of keys; None where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def steps(line: Line) -> list[Step]:
    """Every commit of the line, newest first."""
    out = git(line.repository.root, "log", "--first-parent", "-z", f"--format={_HEAD}", line.tip, "--").text
    return [_step(row) for row in out.split("\0") if row]


_HEAD = "%H%x1f%ct%x1f%P%x1f%an <%ae>"


def _step(row: str) -> Step:
    commit, when, parents, author = row.strip("\n").split("\x1f", 3)
    return Step(commit, unix_seconds(when), author, " " in parents)


def changes(line: Line, paths: Sequence[str], start: str | None = None) -> Iterator[FileChange]:
    """What each step (from `start`, else the tip, down) changed in files at or below `paths`, newest first, as Git finds it."""
    shape = ["--first-parent", "-m", "--raw", "-z", "--no-abbrev", "--no-renames", f"--format=%x01{_HEAD}"]
    parts = stream_git(line.repository.root, "log", *shape, start or line.tip, "--", *paths)
    step = None
    for part in map(_unbroken, parts):
        if part.startswith("\x01"):
            step = _step(part[1:])
        elif part.startswith(":") and step is not None:
            old_mode, new_mode, old, new, _ = part[1:].split(" ")
            yield FileChange(step, next(parts), _blob(old_mode, old), _blob(new_mode, new))


def _unbroken(part: str) -> str:
    return part.lstrip("\n")


def _blob(mode: str, blob: str) -> str | None:
    return blob if mode.startswith("100") else None
