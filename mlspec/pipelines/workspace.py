"""The project at hand: the folder somebody stands in, its specs compiled, and what is asked of both, once a command.

A project at a commit has no folder, no plan and no stages: that is `registry.at_commit.AtCommit`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.compiler.pipeline import Compiled, compile_root
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.language.kinds.project import ProjectSpec

if TYPE_CHECKING:  # a verb loads no more than what it asks for
    from mlspec.adapters.git.repository import Repository
    from mlspec.pipelines.plan.actions import Plan
    from mlspec.pipelines.plan.states import StageState


_LASTING = ("repository", "generated")
"""What an apply or a run does not change."""


@dataclass(frozen=True, eq=False)
class Workspace:
    """A project without errors, in its folder. Made once a command and handed on; no slots: what is asked twice is found once.

    Nothing is read from the disk, and Git is not asked, before somebody wants to know. What was found stays as it was then: after
    something was written, `anew` asks again.
    """

    root: Path
    """Absolute, and no link leads to it."""
    project: Project
    graph: Graph
    warnings: tuple[Diagnostic, ...] = ()
    """What the compiler had to say, errors apart."""

    def __repr__(self) -> str:
        return f"<Workspace {self.root}: {self.project.counted()}>"

    @property
    def settings(self) -> ProjectSpec:
        """`spec` of mlspec.yaml."""
        return self.project.settings.envelope.spec

    @cached_property
    def repository(self) -> Repository:
        """The Git repository whose top level is `root`. Raises MLS0951 where there is none."""
        from mlspec.adapters.git.repository import open_repository

        return open_repository(self.root)

    @cached_property
    def generated(self) -> dict[str, str]:
        """{path: text} of every file that the specs generate, sorted."""
        from mlspec.pipelines.generate.render import render

        return render(self.project, self.graph)

    @cached_property
    def files(self) -> Plan:
        """What `mlspec apply` would write; no stage is looked at. Raises MLS0507 and MLS0540 as `plan_files` does."""
        from mlspec.pipelines.plan.make import plan_files

        return plan_files(self.root, self.project, self.generated)

    @cached_property
    def stages(self) -> tuple[StageState, ...]:
        """Which stages `mlspec run` would run and why, in the graph's order."""
        from mlspec.pipelines.plan.staleness import stage_states

        return tuple(stage_states(self.root, self.graph))

    @cached_property
    def plan(self) -> Plan:
        """`files` and `stages` together: what apply would write and what run would run. Raises what `files` does."""
        return replace(self.files, stages=self.stages)

    def plan_of(self, part: Graph) -> Plan:
        """Like `plan`, of a part of the graph, made when it is asked for: see `plan_part`."""
        from mlspec.pipelines.plan.part import plan_part

        return plan_part(self.root, self.project, part)

    def anew(self) -> Workspace:
        """The same project, for a look at the disk after it was written to: files and stages are forgotten. It is not compiled again."""
        again = replace(self)
        again.__dict__.update({name: self.__dict__[name] for name in _LASTING if name in self.__dict__})
        return again


def workspace_of(compiled: Compiled) -> Workspace:
    """What was compiled, where nothing is wrong with it. Raises `Problems` with everything found where there are errors."""
    if compiled.project is None or compiled.graph is None:
        raise Problems(compiled.diagnostics)
    return Workspace(compiled.root.resolve(), compiled.project, compiled.graph, compiled.diagnostics)


def open_workspace(root: Path) -> Workspace:
    """Compile the project at `root` (the folder of mlspec.yaml). Raises `Problems` as `workspace_of` does."""
    return workspace_of(compile_root(root))
