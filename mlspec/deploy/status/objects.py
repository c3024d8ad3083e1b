"""The state of sources, feature sets and models: what is stale, what was measured last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import features_folder, labels_folder, source_folder, step_folder
from mlspec.deploy.status.online import online_text
from mlspec.deploy.status.state import ObjectStatus
from mlspec.diagnostics.words import counted
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


def labels_status(root: Path, name: str, states: Iterable[StageState]) -> ObjectStatus:
    """A label set: rows with a label, open conflicts, agreement. `states`: of its own stage."""
    state, observed = freshness(states)
    found = _read_json(root / labels_folder(name) / "labels.json")
    details = "not settled yet" if found is None else _labels_text(found)
    return ObjectStatus(f"labels/{name}", state, "up to date", observed, details, state == "current")


def features_status(workspace: Workspace, name: str, states: Iterable[StageState]) -> ObjectStatus:
    """A feature set: rows and columns, whether values of the future were looked for, what serves by key. `states`: of its own stage."""
    state, observed = freshness(states)
    root, found = workspace.root, _read_json(workspace.root / features_folder(name) / "features.json")
    details = "not made yet" if found is None else _features_text(found)
    online = online_text(root, workspace.project, workspace.project.feature_sets[name])
    return ObjectStatus(f"features/{name}", state, "up to date", observed, f"{details}{online and '; '}{online}", state == "current")


def _features_text(found: dict[str, Any]) -> str:
    columns, look = found.get("columns"), found.get("lookAhead")
    cuts = look.get("cuts", 0) if isinstance(look, dict) else 0
    looked = f"{cuts} cuts looked at" if cuts else "nobody looked whether it sees the future"
    return f"{found.get('rows', '?')} rows, {len(columns) if isinstance(columns, dict) else '?'} columns, {looked}"


def step_status(root: Path, name: str, states: Iterable[StageState]) -> ObjectStatus:
    """A step: how much it wrote, and its metrics. `states`: of its own stage."""
    state, observed = freshness(states)
    found = _read_json(root / step_folder(name) / "step.json")
    details = "did not run yet" if found is None else _step_text(found)
    return ObjectStatus(f"step/{name}", state, "up to date", observed, details, state == "current")


def _step_text(found: dict[str, Any]) -> str:
    outputs, metrics = (part if isinstance(part := found.get(k), dict) else {} for k in ("outputs", "metrics"))
    files = sum(o["files"] for o in outputs.values() if isinstance(o, dict) and isinstance(o.get("files"), int))
    numbers = [f"{name} {value:.4g}" for name, value in metrics.items() if isinstance(value, int | float)]
    return ", ".join([counted(files, "file"), *numbers])


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


def _labels_text(found: dict[str, Any]) -> str:
    rows, conflicts, agreed = (part if isinstance(part := found.get(k), dict) else {} for k in ("rows", "conflicts", "agreement"))
    text = f"{rows.get('labelled', '?')} of {rows.get('source', '?')} rows labelled"
    text += f", {counted(int(conflicts['open']), 'conflict')} open" if isinstance(conflicts.get("open"), int) else ""
    alpha, low, high = (agreed.get(k) for k in ("alpha", "low", "high"))
    if not isinstance(alpha, int | float):
        return text
    return f"{text}, alpha {alpha:.4g}" + (
        f" ({low:.4g} to {high:.4g})" if isinstance(low, int | float) and isinstance(high, int | float) else ""
    )


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
