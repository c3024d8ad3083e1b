"""What is examined: the project's folder, and the project where its specs are sound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.compiler.pipeline import Compiled
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.language.kinds.project import ProjectSpec
from mlspec.pipelines.generate.render import render
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.make import plan_files
from mlspec.setup.doctor.finding import Skipped


@dataclass(frozen=True)
class Workspace:
    """No slots: what several checks ask for is made once."""

    compiled: Compiled

    @property
    def root(self) -> Path:
        return self.compiled.root

    def require_sound(self) -> tuple[Project, Graph]:
        """What was compiled. Raises `Skipped` where the specs have errors."""
        if self.compiled.project is None or self.compiled.graph is None:
            raise Skipped("the specs have problems", "`mlspec validate` lists them")
        return self.compiled.project, self.compiled.graph

    @property
    def project(self) -> Project:
        return self.require_sound()[0]

    @property
    def graph(self) -> Graph:
        return self.require_sound()[1]

    @property
    def settings(self) -> ProjectSpec:
        return self.project.settings.envelope.spec

    def require_ci(self) -> None:
        """Raises `Skipped` where the project has no workflows: nothing that they need is asked for."""
        if not self.settings.runs_in_ci:
            raise Skipped("nothing runs in CI", "`ci: {provider: github}` in mlspec.yaml writes workflows")

    @cached_property
    def repository(self) -> Repository:
        """Raises MLS0951 where there is none; the first check of Git tells it, the others skip."""
        return open_repository(self.root)

    @cached_property
    def plan(self) -> Plan:
        """What `mlspec apply` would write. Raises MLS0507 as `plan_files` does."""
        return plan_files(self.root, self.project, self.graph)

    @cached_property
    def generated(self) -> dict[str, str]:
        """Path and text of every file that the specs generate."""
        return render(self.project, self.graph)
