"""A compiled project and the disk -> Plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mlspec.ir.graph import Graph
from mlspec.ir.project import Project
from mlspec.plan.actions import Plan
from mlspec.plan.diff import diff
from mlspec.plan.guards import check_guards
from mlspec.plan.staleness import stage_states
from mlspec.targets.render import render


def make_plan(root: Path, project: Project, graph: Graph) -> Plan:
    """Return what apply would write and what run would run. Reads the disk, changes nothing. Raises what `plan_files` raises."""
    return replace(plan_files(root, project, graph), stages=stage_states(root, graph))


def plan_files(root: Path, project: Project, graph: Graph) -> Plan:
    """Return what apply would write. Raises MLS0507 when a ModelSet lost more of its models than its guard allows."""
    check_guards(root, project)
    return Plan(diff(root, render(project, graph), project.members))
