"""Percentile intervals of metrics, of paired differences, and of the spread between groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.bootstrap import weights
from mlspec.metrics.weighted import Statistic, statistic


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, on `rows` rows; NaN where it is not defined."""

    value: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are drawn. `confidence`: the share of resamples between low and high."""

    confidence: float = 0.95
    resamples: int = 1000
    block: int = 1
    seed: int = 0


def interval(metric: str, actual: Array, answers: Answers, how: Resampling) -> Estimate:
    """Return the metric with its percentile interval (Efron & Tibshirani 1993, chapter 13)."""
    if not len(actual):
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    return estimate(statistic(metric, actual, answers), len(actual), how)


def paired_difference(metric: str, actual: Array, one: Answers, other: Answers, how: Resampling) -> Estimate:
    """Return metric(one) - metric(other) on the same rows, each resample drawn once for both."""
    if not len(actual):
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    first, second = statistic(metric, actual, one), statistic(metric, actual, other)
    return estimate(lambda w: first(w) - second(w), len(actual), how)


def estimate(evaluate: Statistic, rows: int, how: Resampling) -> Estimate:
    """Return a statistic on all rows with its interval over the resamples."""
    value = float(evaluate(np.ones((1, rows)))[0])
    drawn = np.concatenate([evaluate(w) for w in weights(rows, how.resamples, how.block, how.seed)])
    low, high = bounds(drawn, how.confidence)
    return Estimate(value, low, high, rows)


def bounds(drawn: Array, confidence: float) -> tuple[float, float]:
    """Return the percentiles that leave (1 - confidence) / 2 on each side; NaN when over half of the draws are not defined."""
    known = drawn[np.isfinite(drawn)]
    if 2 * len(known) <= len(drawn):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def group_spread(metric: str, actual: Array, answers: Answers, groups: Array, how: Resampling) -> tuple[Estimate, Mapping[str, float]]:
    """Return the largest difference of the metric between groups, with its interval, and each group's own value."""
    names = sorted({str(g) for g in groups})
    labels = np.asarray([str(g) for g in groups])
    parts = [(labels == name).astype(np.float64) for name in names]
    whole = statistic(metric, actual, answers)

    def spread(w: Array) -> Array:
        values = np.stack([whole(w * part) if part.any() else np.full(len(w), np.nan) for part in parts])
        known = np.isfinite(values)
        top, bottom = np.where(known, values, -np.inf).max(axis=0), np.where(known, values, np.inf).min(axis=0)
        return np.where(known.sum(axis=0) > 1, top - bottom, 0.0)

    each = {name: float(whole(part[None, :])[0]) for name, part in zip(names, parts, strict=True)}
    return estimate(spread, len(actual), how), each
