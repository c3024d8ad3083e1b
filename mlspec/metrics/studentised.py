"""Intervals by the studentised bootstrap of a metric's linear part, and when the rows can't carry one.

Each row's influence on the metric (the infinitesimal jackknife) is summed within units that are drawn together; their spread is the
standard error, and resamples of units say how the studentised difference is distributed: narrower on one side for skewed errors, wider for
few units. Efron 1982; Hall 1988; for groups and blocks: Davison & Hinkley 1997, chapters 2, 3 and 8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.bootstrap import critical

TAIL_UNITS = 30
"""Units that tell how fast the largest errors grow."""
TAIL_SHARE, TAIL_LEAST = 0.05, 5
"""The share of units taken for the largest, and how many at least (Hill 1975)."""
TAIL_INDEX = 1.5
"""Below this the tail is taken for one without a variance. The influences are centred, which lowers it: squares of normal errors have 2.6,
the errors themselves 4, log-normal errors (sigma 1) 2, and their squares 1.1."""
LONG_UNIT = 10
"""Rows a unit, on average and as if they weighed alike (some 40 of normal errors), from which its sum is near a normal one."""
WIDEST = 1.3
"""Times Student's quantile, for long units. That quantile alone holds for normal sums whose variances differ, at 0.917 and more (Bakirov &
Szekely 2005; Ibragimov & Mueller 2010); the rest is for what skewness and dependence between units are left. Of ten units or so some
resamples draw few different ones, and what these say of the tails, twice or four times Student's, is noise.
"""
LEAST_STUDENT = 0.917


@dataclass(frozen=True, slots=True)
class Spread:
    """`error`: standard error; `low`, `high`: quantiles of the studentised difference; `even`: units it rests on; `tail`: a heavy one."""

    error: float
    low: float
    high: float
    even: float
    tail: bool


def spreads(influences: Mapping[str, Array], codes: Array, resamples: int, seed: int, confidence: float) -> dict[str, Spread]:
    """Return how sure each statistic is; `influences`: (rows,) each, 0 where a row does not count; `codes`: (rows,) their units."""
    if not influences:
        return {}
    count = int(codes.max()) + 1
    sums = np.column_stack([np.bincount(codes, weights=one, minlength=count) for one in influences.values()])
    quantiles = critical(sums, resamples, seed, confidence)
    return {
        name: _spread(sums[:, i], quantiles[:, i], confidence, _widest(one, count, confidence))
        for i, (name, one) in enumerate(influences.items())
    }


def _spread(sums: Array, quantiles: Array, confidence: float, widest: float) -> Spread:
    count, centred = len(sums), sums - sums.mean()
    error = math.sqrt(count / max(1, count - 1) * float((centred**2).sum()))
    even = even_units(centred)
    low, high = _wider(even, confidence) * quantiles
    return Spread(error, max(float(low), -widest), min(float(high), widest), even, heavy(centred))


def _widest(influence: Array, units: int, confidence: float) -> float:
    """How far the quantiles may reach; no limit for units of few rows, whose sums may be as skewed as these. `influence`: (rows,)."""
    from scipy.special import stdtrit

    if confidence < LEAST_STUDENT or not LONG_UNIT * units <= even_units(influence) < math.inf:
        return math.inf
    return WIDEST * float(stdtrit(units - 1, 0.5 + confidence / 2)) if units > 1 else math.inf


def _wider(even: float, confidence: float) -> float:
    """Student's quantile for one unit less than so many, over the normal one: an error that few units tell is itself uncertain."""
    from scipy.special import ndtri, stdtrit

    half = 0.5 + confidence / 2
    return 1.0 if not math.isfinite(even) else float(stdtrit(max(even - 1, 1.0), half) / ndtri(half))


def even_units(centred: Array) -> float:
    """Return how many units of equal weight would make the spread: (sum of squares)^2 / sum of fourth powers (Kish), n / kurtosis."""
    largest = float(np.abs(centred).max(initial=0.0))
    if not largest:
        return math.inf
    squares = (centred / largest) ** 2
    return float(squares.sum() ** 2 / (squares**2).sum())


def heavy(centred: Array) -> bool:
    """Whether the largest influences grow so fast that they have no variance to tell (Hill's index, and one standard error of it)."""
    size = np.sort(np.abs(centred))[::-1]
    size = size[size > 1e-9 * size[0]] if len(size) and size[0] > 0 else size[:0]
    if len(size) < TAIL_UNITS:
        return False
    top = max(TAIL_LEAST, int(TAIL_SHARE * len(size)))
    logs = float(np.log(size[:top] / size[top]).mean())
    return logs > 0 and (1 / logs) * (1 + 1 / math.sqrt(top)) < TAIL_INDEX
