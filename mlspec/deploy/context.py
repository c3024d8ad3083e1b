"""What every target of one reconcile shares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlspec.compiler.project.project import Project
from mlspec.deploy.cache import Fetch


@dataclass(frozen=True, slots=True)
class Context:
    """`root`: the repository, resolved; `dry_run`: say, don't do; `lock`: the handle of the environment's lock."""

    project: Project
    root: Path
    environment: str
    fetch: Fetch
    dry_run: bool = False
    lock: int | None = None
