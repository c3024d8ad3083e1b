"""What is examined: the project's folder with its repository, and the project at hand where its specs are sound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.compiler.pipeline import Compiled
from mlspec.diagnostics import Problems
from mlspec.pipelines.workspace import Workspace, workspace_of
from mlspec.setup.doctor.finding import Skipped


@dataclass(frozen=True, eq=False)
class Examined:
    """A folder that may hold unsound specs, in no repository. No slots: what several checks ask for is made once."""

    compiled: Compiled

    @property
    def root(self) -> Path:
        return self.compiled.root

    @cached_property
    def workspace(self) -> Workspace:
        """The project at hand. Raises `Skipped` where the specs have errors."""
        try:
            return workspace_of(self.compiled)
        except Problems:
            raise Skipped("the specs have problems", "`mlspec validate` lists them") from None

    def require_ci(self) -> None:
        """Raises `Skipped` where the project has no workflows: nothing that they need is asked for."""
        if not self.workspace.settings.runs_in_ci:
            raise Skipped("nothing runs in CI", "`ci: {provider: github}` in mlspec.yaml writes workflows")

    @cached_property
    def repository(self) -> Repository:
        """Raises MLS0951 where there is none; the first check of Git tells it, the others skip. Specs with errors are no matter."""
        return open_repository(self.root)
