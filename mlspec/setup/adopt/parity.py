"""`mlspec import --check`: does the new model measure what the old pipeline did, before that goes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import model_folder
from mlspec.diagnostics import problem
from mlspec.diagnostics.numbers import shown
from mlspec.metrics.catalog import METRICS
from mlspec.reports.document import Document, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code
from mlspec.setup.adopt.adopt import adopt
from mlspec.setup.adopt.facts import Number


@dataclass(frozen=True, slots=True)
class Compared:
    """A metric then and now. `low`, `high`: the interval of the value now; None where there is none. `why`: why it is (not) within."""

    number: Number
    now: float | None
    low: float | None
    high: float | None
    is_within: bool
    why: str


def compare(root: Path, path: str, tolerance: float) -> list[Compared]:
    """Compare each number of the old pipeline that is of a metric here. Raises what `adopt` does, MLS0557 where there is none."""
    numbers = adopt(root, path).numbers
    if not numbers:
        raise problem("MLS0557", f"no number that `{path}` measured is here", help="run the old pipeline once, or `dvc pull` its metrics")
    return [_compared(root, number, tolerance) for number in numbers]


def _compared(root: Path, number: Number, tolerance: float) -> Compared:
    found = _evaluation(root / model_folder(number.model) / "evaluation.json")
    if found is None:
        return Compared(number, None, None, None, is_within=False, why=f"`mlspec run model/{number.model}` measures it")
    estimate = found.get(number.metric)
    if not isinstance(estimate, dict) or not isinstance(estimate.get("value"), int | float):
        return Compared(number, None, None, None, is_within=False, why=f"not measured: add a KPI of `{number.metric}`")
    now, low, high = estimate["value"], estimate.get("low"), estimate.get("high")
    allowed = tolerance * abs(number.value)
    worse = (number.value - now) * (1 if METRICS[number.metric].greater else -1)
    if low is not None and high is not None and low <= number.value <= high:
        return Compared(number, now, low, high, is_within=True, why="inside the interval")
    if worse <= allowed:
        return Compared(number, now, low, high, is_within=True, why="better" if worse <= 0 else f"worse by less than {tolerance:.0%}")
    return Compared(number, now, low, high, is_within=False, why="worse, and outside the interval")


def _evaluation(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())["metrics"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def document(found: Sequence[Compared]) -> Document:
    rows = tuple(
        (
            Code(f"model/{c.number.model}"),
            c.number.metric,
            shown(c.number.value),
            _now(c),
            "yes" if c.is_within else "no",
            c.why,
            str(c.number.place),
        )
        for c in found
    )
    table = Table(columns("model", "metric", "then", "now", "within", "why", "place"), rows)
    word = "pass" if all(c.is_within for c in found) else "fail"
    note = Paragraph("The rows of the test are others than those of the old pipeline, unless the split is one by time.")
    return Document("parity", "The old pipeline and the new models", (Section("", (table, note)),), word=word)


def _now(compared: Compared) -> str:
    if compared.now is None:
        return "unknown"
    if compared.low is None or compared.high is None:
        return shown(compared.now)
    return f"{shown(compared.now)} ({shown(compared.low)} to {shown(compared.high)})"


def as_form(found: Sequence[Compared]) -> dict[str, Any]:
    return {
        "version": 1,
        "within": all(c.is_within for c in found),
        "metrics": [
            {
                "model": c.number.model,
                "metric": c.number.metric,
                "then": c.number.value,
                "now": c.now,
                "low": c.low,
                "high": c.high,
                "within": c.is_within,
                "why": c.why,
            }
            for c in found
        ],
    }
