"""`mlspec eject`: from generated to plain, all files or none."""

from __future__ import annotations

from pathlib import Path

from mlspec.adapters.git.repository import open_repository
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.pipelines.plan.actions import Change
from mlspec.pipelines.plan.apply import locked
from mlspec.pipelines.plan.make import plan_files
from mlspec.setup.eject.changes import changes
from mlspec.setup.eject.execute import carry_out, recover
from mlspec.setup.eject.refuse import require_ejectable


def take_back(root: Path) -> bool:
    """Undo an eject that was killed half way. Return whether there was one. Raises MLS0502 while another mlspec writes."""
    with locked(root):
        return recover(open_repository(root))


def preview(root: Path, project: Project, graph: Graph) -> tuple[Change, ...]:
    """What an eject would do, in order; nothing is touched. Raises what `require_ejectable` and `plan_files` raise."""
    plan = plan_files(root, project, graph)
    require_ejectable(root, project, plan)
    return changes(root, project, plan)


def eject(root: Path, project: Project, graph: Graph) -> tuple[Change, ...]:
    """Eject, and return what was done. Raises what `preview` raises, and MLS0502; then nothing changed."""
    with locked(root):
        found = preview(root, project, graph)
        carry_out(open_repository(root), found)
        return found
