"""Everything that evaluation.json says of a model on its test rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.clusters import of_each, space_of
from mlspec.metrics.estimate import Estimate, Resampling
from mlspec.metrics.groups import group_spread
from mlspec.metrics.intervals import interval, intervals
from mlspec.metrics.levels import level_report, levels_of
from mlspec.metrics.own import measurable
from mlspec.metrics.slices import slices


def evaluate_all(
    metrics: Sequence[str],
    actual: Array,
    predictions: Answers,
    baseline: Answers,
    *,
    slice_columns: Mapping[str, Array],
    fairness_columns: Mapping[str, Array],
    how: Resampling,
) -> dict[str, Any]:
    """Return `rows`, `metrics`, `baseline`, `slices`, `fairness`, for labels `classes`, for clusters `clusters`, for quantiles `levels`,
    as docs/reference/contracts.md has them.

    null where not defined.
    """
    return {
        "rows": len(actual),
        "metrics": _estimates(metrics, actual, predictions, how),
        "baseline": _estimates(metrics, actual, baseline, how),
        "slices": {name: _slices(metrics, actual, predictions, column, how) for name, column in slice_columns.items()},
        **_by_class(actual, predictions),
        **({"levels": _levels(actual, predictions)} if levels_of(predictions) else {}),
        "fairness": {name: _fairness(metrics, actual, predictions, column, how) for name, column in fairness_columns.items()},
    }


def _by_class(actual: Array, answers: Answers) -> dict[str, Any]:
    if space_of(answers) is not None:
        return {"clusters": {str(name): {"rows": rows, "silhouette": number(mean)} for name, rows, mean in of_each(answers)}}
    return {"classes": _classes(actual, answers)} if answers.classes is not None else {}


def _classes(actual: Array, answers: Answers) -> dict[str, Any]:
    """{class: rows, precision, recall, f1}."""
    from mlspec.metrics.classes import class_report

    shares = ("precision", "recall", "f1")
    return {str(c.label): {"rows": c.rows, **{m: number(getattr(c, m)) for m in shares}} for c in class_report(actual, answers)}


def _levels(actual: Array, answers: Answers) -> dict[str, Any]:
    """{level: pinball, below}."""
    return {f"{one.level:g}": {"pinball": number(one.pinball), "below": number(one.below)} for one in level_report(actual, answers)}


def _estimates(metrics: Sequence[str], actual: Array, answers: Answers, how: Resampling) -> dict[str, Any]:
    return {m: as_json(interval(m, actual, answers, how)) for m in measurable(metrics, answers)}


def _slices(metrics: Sequence[str], actual: Array, answers: Answers, column: Array, how: Resampling) -> dict[str, Any]:
    parts = dict(slices(column))
    found: dict[str, Any] = {name: {"rows": int(rows.sum())} for name, rows in parts.items()}
    for metric in measurable(metrics, answers):
        for name, estimate in intervals(metric, actual, answers, parts, how).items():
            found[name][metric] = as_json(estimate)
    return found


def _fairness(metrics: Sequence[str], actual: Array, answers: Answers, column: Array, how: Resampling) -> dict[str, Any]:
    found = {}
    for metric in measurable(metrics, answers):
        spread = group_spread(metric, actual, answers, column, how)
        found[metric] = {
            "difference": as_json(spread.difference),
            "groups": {k: number(g.value) for k, g in spread.groups.items()},
            "rows": {k: g.rows for k, g in spread.groups.items()},
        }
    return found


def as_json(estimate: Estimate) -> dict[str, float | None]:
    """`{"value", "low", "high"}` with null for what is not defined."""
    return {"value": number(estimate.value), "low": number(estimate.low), "high": number(estimate.high)}


def number(value: float) -> float | None:
    """A float that JSON knows, to 12 significant digits: the last bits differ between machines."""
    return float(f"{value:.12g}") if math.isfinite(value) else None
