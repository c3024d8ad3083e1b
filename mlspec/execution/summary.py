"""Short lines about what was measured, read from evaluation.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlspec.compiler.lower_model import model_folder
from mlspec.diagnostics.numbers import shown
from mlspec.ir.project import Project


def read_evaluation(root: Path, model: str) -> dict[str, Any] | None:
    """Return a model's evaluation.json, or None when it is not there or not readable."""
    try:
        found = json.loads((root / model_folder(model) / "evaluation.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def model_lines(root: Path, project: Project, refs: Sequence[str] = ()) -> list[str]:
    """One line a model: its metrics with intervals, the baseline's beside them."""
    names = [n for n in project.models if not refs or f"model/{n}" in refs]
    return [f"  model/{name}: {metrics_text(found)}" for name in names if (found := read_evaluation(root, name))]


def metrics_text(found: dict[str, Any]) -> str:
    """`mae 41.2 (39.9 to 42.6; baseline 150)`, a metric after the other."""
    baseline = found.get("baseline", {})
    return ", ".join(_metric(name, estimate, baseline.get(name)) for name, estimate in found.get("metrics", {}).items())


def _metric(name: str, estimate: dict[str, float | None], baseline: dict[str, float | None] | None) -> str:
    text = f"{name} {shown(estimate.get('value'))} ({shown(estimate.get('low'))} to {shown(estimate.get('high'))}"
    return text + (f"; baseline {shown(baseline.get('value'))})" if baseline else ")")
