"""Each metric of challenger, champion and baseline side by side, for records and for people. The gates decide; this shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlspec.gates.result import rounded
from mlspec.metrics.catalog import OF_COUNT
from mlspec.registry.records import Estimate


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric on the test rows. `difference` is challenger minus champion, paired; None before the first champion.

    `train`: the challenger's on rows that it was trained on, where these were asked. `greater`: whether more of it is better.
    """

    metric: str
    challenger: Estimate
    baseline: Estimate
    champion: Estimate | None = None
    difference: Estimate | None = None
    train: float | None = None
    greater: bool | None = None


def metric_rows(names: Sequence[str], evidence: Any, how: Any, trained: tuple[Any, Any] | None = None) -> tuple[MetricRow, ...]:
    """Return a row for each metric that is defined for the challenger. `evidence`: gates.Evidence; `how`: metrics Resampling.

    `trained`: truth and the challenger's answers on training rows.
    """
    from mlspec.metrics.own import info_of, measurable

    made = [(info_of(name, evidence.challenger).greater, _row(name, evidence, how)) for name in measurable(names, evidence.challenger)]
    rows = [replace(row, greater=greater) for greater, row in made if row is not None]
    return tuple(r if trained is None else replace(r, train=_value(r.metric, *trained)) for r in rows)


def _value(metric: str, actual: Any, answers: Any) -> float | None:
    from mlspec.metrics.own import measurable
    from mlspec.metrics.weighted import value

    if metric in OF_COUNT:
        return None  # more rows have more of it, so beside the test's it would say nothing
    return rounded(value(metric, actual, answers)) if measurable([metric], answers) else None


def _row(metric: str, evidence: Any, how: Any) -> MetricRow | None:
    from mlspec.metrics.intervals import interval
    from mlspec.metrics.paired import paired_difference

    ours = estimate_of(interval(metric, evidence.actual, evidence.challenger, how))
    baseline = estimate_of(interval(metric, evidence.actual, evidence.baseline, how))
    if ours is None:
        return None
    row = MetricRow(metric, ours, baseline or ours)
    if evidence.champion is None:
        return row
    actual, fair, champion = evidence.against_champion()
    theirs = estimate_of(interval(metric, actual, champion, evidence.fair(how))) if len(actual) else None
    difference = estimate_of(paired_difference(metric, actual, fair, champion, evidence.fair(how))) if len(actual) else None
    return MetricRow(metric, ours, row.baseline, theirs, difference)


def estimate_of(found: Any) -> Estimate | None:
    """What metrics estimated, as records keep it; None where it is not defined."""
    value = rounded(found.value)
    return None if value is None else Estimate(value=value, low=rounded(found.low), high=rounded(found.high))
