"""The state of deployments: what Git declares against what runs, by the reconcile loop's own dry run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlspec.compiler.project.project import Bound
from mlspec.deploy.outcome import Outcome
from mlspec.deploy.reconcile import reconcile
from mlspec.deploy.status.state import ObjectStatus
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.pipelines.workspace import Workspace

_STATES = {
    "noop": "in sync",
    "start": "not running",
    "heal": "unhealthy",
    "replace": "out of sync",
    "score": "out of sync",
    "stop": "to be stopped",
}


def deployment_statuses(workspace: Workspace, environment: str) -> list[ObjectStatus]:
    """Return the state of every deployment of an environment, and of servers that run without one."""
    outcomes = {o.ref: o for o in reconcile(workspace, environment, fetch=_never, verify=_trusted, dry_run=True)}
    declared = [_status(bound, outcomes.pop(bound.ref, None)) for bound in workspace.project.deployments_of(environment)]
    return declared + [
        ObjectStatus(ref, "to be stopped", "nothing", o.where, o.action.reason, is_well=False) for ref, o in outcomes.items()
    ]


def _status(bound: Bound[Any], outcome: Outcome | None) -> ObjectStatus:
    spec = bound.envelope.spec
    held = f"; on hold until {spec.hold.until}: {spec.hold.reason}" if spec.hold else ""
    if spec.version is None:
        return ObjectStatus(bound.ref, "empty", "nothing", "-", f"no version was promoted yet{held}", is_well=True)
    if outcome is None:
        return ObjectStatus(bound.ref, "unknown", spec.version, "-", f"not looked at{held}", is_well=False)
    state = _STATES.get(outcome.action.kind, "failed")
    return ObjectStatus(bound.ref, state, spec.version, outcome.where or "-", outcome.action.reason + held, outcome.action.kind == "noop")


def _never(*_: Any, **__: Any) -> Path:
    raise Problems(Diagnostic("MLS0001", "status fetches nothing"))


def _trusted(*_: Any, **__: Any) -> list[Diagnostic]:
    """Status looks, and does not verify: `mlspec verify` does."""
    return []
