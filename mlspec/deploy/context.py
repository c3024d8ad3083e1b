"""What every target of one reconcile shares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlspec.compiler.project.project import Project
from mlspec.deploy.cache import Fetch
from mlspec.pipelines.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Context:
    """The project at hand, and an environment of it. `dry_run`: say, don't do; `lock`: the handle of the environment's lock."""

    workspace: Workspace
    environment: str
    fetch: Fetch
    dry_run: bool = False
    lock: int | None = None

    @property
    def root(self) -> Path:
        return self.workspace.root

    @property
    def project(self) -> Project:
        return self.workspace.project
