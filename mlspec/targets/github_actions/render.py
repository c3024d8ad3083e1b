"""Writes `.github/workflows/mlspec-*.yml`. Thin: what a job does is a command of mlspec's that a person can run as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlspec.ir.project import Project
from mlspec.targets.github_actions import ci, deploy, monitor, promote, retrain
from mlspec.targets.text import HEADER, dump

if TYPE_CHECKING:
    from mlspec.ir.graph import Graph

FOLDER = ".github/workflows"
WORKFLOWS = (ci, promote, deploy, monitor, retrain)


def render(project: Project, graph: Graph) -> dict[str, str]:
    """Return {path: text} of the workflows."""
    del graph  # the workflows find out what is stale when they run
    forms = {module.FILE: module.render(project) for module in WORKFLOWS}
    return {f"{FOLDER}/{name}": HEADER + dump(form) for name, form in forms.items() if form}
