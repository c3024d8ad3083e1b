"""Fairness: how far a metric differs between groups of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.bootstrap import effective_blocks
from mlspec.metrics.catalog import GROUP_ROWS
from mlspec.metrics.estimate import Estimate, Resampling
from mlspec.metrics.intervals import NAN, estimate, share_bounds, where_drawn
from mlspec.metrics.proportions import SHARES, trials
from mlspec.metrics.slices import slices, subset
from mlspec.metrics.weighted import Statistic, statistic


@dataclass(frozen=True, slots=True)
class Group:
    """A group's own value (NaN where not defined), its rows, and whether they are enough to be compared."""

    value: float
    rows: int
    judged: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The largest difference between judged groups, and all groups by name.

    `difference` is NaN when fewer than two groups are judged, or one of these has no value; `rows` and `blocks` are those of the smallest.
    """

    difference: Estimate
    groups: Mapping[str, Group]


def group_spread(metric: str, actual: Array, answers: Answers, column: Array, how: Resampling, min_rows: int = GROUP_ROWS) -> Spread:
    """Return how far the metric differs between the values of `column`; all groups are drawn together, small ones left out."""
    truth, parts = np.asarray(actual), dict(slices(column))
    made = {name: _defined(metric, truth[rows], subset(answers, rows)) for name, rows in parts.items()}
    groups = {
        name: Group(float(made[name](np.ones((1, int(rows.sum()))))[0]), int(rows.sum()), int(rows.sum()) >= min_rows)
        for name, rows in parts.items()
    }
    judged = [name for name, group in groups.items() if group.judged]
    if len(judged) < 2 or not all(np.isfinite(groups[n].value) for n in judged):
        smallest = min((groups[n].rows for n in judged), default=0)
        return Spread(Estimate(NAN, NAN, NAN, smallest, float(smallest)), groups)
    index = [np.flatnonzero(parts[name]) for name in judged]

    def spread(w: Array) -> Array:
        values = np.stack([where_drawn(made[name], w[:, rows]) for name, rows in zip(judged, index, strict=True)])
        widest: Array = values.max(axis=0) - values.min(axis=0)
        return widest

    found = estimate(spread, len(truth), how)
    blocks = min(effective_blocks(parts[name], how.block) for name in judged)
    rows = min(groups[name].rows for name in judged)
    drawn = Estimate(found.value, found.low, found.high, rows, blocks)
    if drawn.rows_needed:
        return Spread(Estimate(found.value, NAN, NAN, rows, blocks), groups)
    high = max(found.high, _exact_spread(metric, truth, answers, [parts[n] for n in judged], how.confidence))
    return Spread(Estimate(found.value, found.low, high, rows, blocks), groups)


def _defined(metric: str, actual: Array, answers: Answers) -> Statistic:
    """Return the metric as a function of weights, NaN where a share has no trials (`precision` and the like are 0 there otherwise)."""
    evaluate, pair = statistic(metric, actual, answers), trials(metric, actual, answers)
    return evaluate if pair is None else lambda w: np.where(w @ pair[1] > 0, evaluate(w), np.nan)


def _exact_spread(metric: str, actual: Array, answers: Answers, parts: list[Array], confidence: float) -> float:
    """Return the largest difference that the groups' exact intervals (Bonferroni) allow, where a group's share is 0 or 1; else -inf.

    No resample of such a group differs from it, so the bootstrap takes its value for certain.
    """
    if metric not in SHARES:
        return -np.inf
    own = [(np.asarray(actual)[rows], subset(answers, rows)) for rows in parts]
    pairs = [pair for y, a in own if (pair := trials(metric, y, a))]
    if not any(hits.sum() in (0, count.sum()) for hits, count in pairs):
        return -np.inf
    ends = [share_bounds(metric, y, a, 1.0, 1 - (1 - confidence) / len(parts)) for y, a in own]
    return max(high - low for i, (_, high) in enumerate(ends) for j, (low, _) in enumerate(ends) if i != j)
