"""A compiled project and the disk -> Plan."""

from __future__ import annotations

from pathlib import Path

from mlspec.ir.graph import Graph
from mlspec.ir.project import Project
from mlspec.plan.actions import Plan
from mlspec.plan.diff import diff
from mlspec.plan.staleness import stage_states
from mlspec.targets.render import render


def make_plan(root: Path, project: Project, graph: Graph) -> Plan:
    """Return what apply would write and what run would run. Reads the disk, changes nothing."""
    return Plan(diff(root, render(project, graph)), stage_states(root, graph))
