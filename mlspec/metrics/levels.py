"""Answers of several quantiles a row: what each metric is made of. y: truth, q_a: the answer at level a.

Levels that cross are put in order, row by row, before anything is measured: what is served is sorted, too, and a sorted row is never a
worse set of quantiles than it was (Chernozhukov, Fernandez-Val & Galichon 2010). `crossing` alone looks at the answers as they came.
The central interval runs from the lowest level to the highest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.sums import OfSums

Make = Callable[[Array, Answers], Callable[[Array], Array]]


def levels_of(answers: Answers) -> tuple[float, ...]:
    """The levels of the columns of `predicted`, rising; none for other answers."""
    return getattr(answers, "levels", None) or ()


def sorted_levels(predicted: Array) -> Array:
    """Each row's quantiles sorted, (n, levels)."""
    found: Array = np.sort(np.asarray(predicted, dtype=np.float64), axis=1)
    return found


def pinball(y: Array, predicted: Array, levels: Sequence[float]) -> Array:
    """The loss at each level, (n, levels): a (y - q) above the answer, (1 - a) (q - y) below (Koenker & Bassett 1978)."""
    gap = y[:, None] - sorted_levels(predicted)
    shares = np.asarray(levels)
    found: Array = np.maximum(shares * gap, (shares - 1) * gap)
    return found


def covered(y: Array, answers: Answers) -> Array:
    """Whether each truth lies within the central interval, its ends included, (n,)."""
    said = sorted_levels(answers.predicted)
    return np.asarray((said[:, 0] <= y) & (y <= said[:, -1]))


def crossed(answers: Answers) -> Array:
    """Whether a row's answers came out of order, (n,)."""
    return np.asarray((np.diff(np.asarray(answers.predicted, dtype=np.float64), axis=1) < 0).any(axis=1))


def _pinball(y: Array, answers: Answers) -> Callable[[Array], Array]:
    return OfSums([pinball(y, answers.predicted, levels_of(answers)).mean(axis=1)], lambda n, s: s / n)


def _width(y: Array, answers: Answers) -> Callable[[Array], Array]:
    del y
    said = sorted_levels(answers.predicted)
    return _of_intervals(answers, said[:, -1] - said[:, 0])


def _interval_score(y: Array, answers: Answers) -> Callable[[Array], Array]:
    """Width, and 2 / (1 - nominal coverage) times how far outside the truth lies (Gneiting & Raftery 2007, equation 43)."""
    said, levels = sorted_levels(answers.predicted), levels_of(answers)
    outside = np.maximum(said[:, 0] - y, 0) + np.maximum(y - said[:, -1], 0)
    return _of_intervals(answers, said[:, -1] - said[:, 0] + 2 / (1 - levels[-1] + levels[0]) * outside)


def _coverage(y: Array, answers: Answers) -> Callable[[Array], Array]:
    return _of_intervals(answers, covered(y, answers).astype(np.float64))


def _crossing(y: Array, answers: Answers) -> Callable[[Array], Array]:
    del y
    return _of_intervals(answers, crossed(answers).astype(np.float64))


def _of_intervals(answers: Answers, values: Array) -> Callable[[Array], Array]:
    """A mean; not defined where there is one level alone."""
    several = len(levels_of(answers)) > 1
    return OfSums([values], lambda n, s: s / n if several else np.full_like(n, np.nan))


LEVEL_METRICS: dict[str, Make] = {
    "pinball": _pinball,
    "interval_score": _interval_score,
    "interval_width": _width,
    "interval_coverage": _coverage,
    "crossing": _crossing,
}


@dataclass(frozen=True, slots=True)
class LevelReport:
    """One level: the mean pinball loss there, and the share of rows whose truth is at most the answer (the level, at best)."""

    level: float
    pinball: float
    below: float


def level_report(actual: Array, answers: Answers) -> list[LevelReport]:
    """Return every level, lowest first; NaN without rows."""
    y, levels = np.asarray(actual, dtype=np.float64), levels_of(answers)
    if not len(y):
        return [LevelReport(level, float("nan"), float("nan")) for level in levels]
    losses, said = pinball(y, answers.predicted, levels).mean(axis=0), sorted_levels(answers.predicted)
    shares = (y[:, None] <= said).mean(axis=0)
    return [LevelReport(level, float(losses[i]), float(shares[i])) for i, level in enumerate(levels)]


def hits(metric: str, actual: Array, answers: Answers) -> tuple[Array, Array]:
    """Hits and trials, (n,) doubles each, of the metrics here that are shares of rows; no trial where there is one level alone."""
    found: Any = covered(np.asarray(actual, dtype=np.float64), answers) if metric == "interval_coverage" else crossed(answers)
    several = float(len(levels_of(answers)) > 1)
    return found.astype(np.float64) * several, np.full(len(found), several)
