"""The state of sources and models: what is stale, what was measured last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import source_folder
from mlspec.deploy.status.state import ObjectStatus
from mlspec.pipelines.plan.states import StageState
from mlspec.pipelines.run.summary import metrics_text, read_evaluation
from mlspec.pipelines.workspace import Workspace


def source_status(root: Path, name: str, states: Iterable[StageState]) -> ObjectStatus:
    """A source: rows accepted, rules that failed or warned. `states`: of its own stages."""
    ref = f"source/{name}"
    state, observed = freshness(states)
    found = _read_json(root / source_folder(name) / "validation.json")
    details = "not validated yet" if found is None else _validation_text(found)
    return ObjectStatus(ref, state, "up to date", observed, details, state == "current")


def model_status(workspace: Workspace, name: str, states: Iterable[StageState]) -> ObjectStatus:
    """A model: what was measured, and whether it has KPIs to be judged by. `states`: of its own stages."""
    ref = f"model/{name}"
    state, observed = freshness(states)
    found = read_evaluation(workspace.root, name)
    details = "not trained yet" if found is None else metrics_text(found)
    if workspace.project.kpis_of(name) is None:
        details += "; no KPISet: can't be promoted"
    return ObjectStatus(ref, state, "up to date", observed, details, state == "current")


def freshness(states: Iterable[StageState]) -> tuple[str, str]:
    """`current`, `stale` or `never ran`, and which stages would run."""
    own = list(states)
    stale = [s for s in own if s.status != "current"]
    if not stale:
        return "current", "up to date"
    if len(stale) == len(own) and all(s.reasons == ("it never ran",) for s in stale):
        return "never ran", "nothing"
    return "stale", "stale: " + ", ".join(s.stage for s in stale)


def _validation_text(found: dict[str, Any]) -> str:
    text = f"{found.get('rows', '?')} rows, {found.get('passed', '?')} rules passed"
    failed, quarantined = found.get("failed", 0), found.get("quarantined", 0)
    return text + (f", {failed} failed" if failed else "") + (f", {quarantined} rows in quarantine" if quarantined else "")


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
