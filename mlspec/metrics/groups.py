"""Fairness: how far a metric differs between groups of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.bootstrap import weights
from mlspec.metrics.catalog import EXTREME, GROUP_ROWS
from mlspec.metrics.estimate import Estimate, Resampling
from mlspec.metrics.intervals import NAN, holding, influence_of, intervals
from mlspec.metrics.own import units_of
from mlspec.metrics.proportions import SHARES, exact, trials
from mlspec.metrics.slices import slices, subset
from mlspec.metrics.units import effective_units
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

    whole = influence_of(statistic(metric, truth, answers), len(truth))
    codes, kind = units_of(metric, answers, how, whole)
    blocks = min(effective_units(codes, parts[name], how.block) for name in judged)
    rows = min(groups[name].rows for name in judged)
    value = _widest(np.array([[groups[name].value] for name in judged]))[0]
    plain = Estimate(float(value), NAN, NAN, rows, blocks, kind)
    unsound = [e for e in intervals(metric, truth, answers, {n: parts[n] for n in judged}, how).values() if e.is_unsound]
    if plain.rows_needed or unsound or metric in EXTREME:
        worst = min(unsound, key=lambda e: e.even, default=plain)
        return Spread(replace(plain, even=worst.even, asked=worst.asked, tail=worst.tail), groups)
    drawn = [
        _widest(np.stack([where_drawn(made[name], w[:, rows]) for name, rows in zip(judged, index, strict=True)]))
        for w in weights(codes, how.resamples, how.seed)
    ]
    low, high = bounds(np.concatenate(drawn), how.confidence)
    exactly = _exact_spread(metric, truth, answers, [parts[n] for n in judged], how.confidence)
    return Spread(holding(plain, low, max(high, exactly)), groups)


def _widest(values: Array) -> Array:
    """(groups, k) -> the largest difference between two groups, (k,)."""
    widest: Array = values.max(axis=0) - values.min(axis=0)
    return widest


def where_drawn(evaluate: Statistic, w: Array) -> Array:
    """Evaluate a statistic on resamples; NaN for those that hold none of the rows."""
    return np.where(w.sum(axis=1) > 0, evaluate(w), np.nan)


def bounds(drawn: Array, confidence: float) -> tuple[float, float]:
    """Return the percentiles that leave (1 - confidence) / 2 on each side; NaN when over half of the draws are not defined."""
    known = drawn[np.isfinite(drawn)]
    if 2 * len(known) <= len(drawn):
        return NAN, NAN
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


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
    level = 1 - (1 - confidence) / len(parts)
    ends = [exact(metric, float(hits.sum()), float(count.sum()), level) for hits, count in pairs]
    return max(high - low for i, (_, high) in enumerate(ends) for j, (low, _) in enumerate(ends) if i != j)
