"""The base branch as history: its first-parent line. Each commit on it is a merge (or a push), and its committer date is when.

Why first parents only: a promotion is in force from its merge on, not from when its branch was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.adapters.git import log
from mlspec.adapters.git.log import Commit, FileChange
from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.language.yaml.load import load_documents

REMOTE = "origin"


@dataclass(frozen=True, slots=True)
class Line:
    """A branch's first-parent line, from `tip` down. `name`: as the user knows it."""

    repository: Repository
    name: str
    tip: str


Step = Commit
"""One commit of the line: when it was committed (Unix seconds), by whom it was made, and whether it is a merge."""


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
    return log.line(line.repository, line.tip)


def changes(line: Line, paths: Sequence[str], start: str | None = None) -> Iterator[FileChange]:
    """What each step (from `start`, else the tip, down) changed in files at or below `paths`, newest first, as Git finds it."""
    return log.walk(line.repository, [start or line.tip], paths)
