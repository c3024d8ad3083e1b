"""A compiled project and the disk -> Plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mlspec.compiler.project.project import Project
from mlspec.diagnostics import problem
from mlspec.diagnostics.words import and_more
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.diff import EJECTED, diff
from mlspec.pipelines.plan.guards import check_guards


def plan_files(root: Path, project: Project, generated: Mapping[str, str]) -> Plan:
    """Return what apply would write, so that the disk has what is `generated` of the project. Reads the disk, changes nothing.

    Raises MLS0507 when a ModelSet lost more of its models than its guard allows, MLS0540 when the project was ejected.
    """
    check_guards(root, project)
    plan = Plan(diff(root, generated, project.members))
    require_not_ejected(plan)
    return plan


def require_not_ejected(plan: Plan) -> None:
    """Raise MLS0540 when `mlspec eject` handed over a file that the specs would generate: nobody fights over it."""
    yours = [c.path for c in plan.conflicts if c.reason == EJECTED]
    if yours:
        listed = yours[0] + and_more(len(yours), 1, "file") + (" are" if len(yours) > 1 else " is")
        advice = "run pipelines with `dvc repro`; how mlspec takes them back: `mlspec explain MLS0540`"
        raise problem("MLS0540", f"the project was ejected: {listed} yours", help=advice)
