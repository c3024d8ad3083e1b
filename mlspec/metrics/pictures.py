"""The numbers behind the pictures of a model's answers: counts and curves, bounded for any number of rows. Nothing is judged by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.proportions import exact

POINTS = 200
"""Of a curve: the fewest that keep its shape at the size it is drawn."""
LARGE = 1e307
"""Beyond it the length of an axis is no number."""
SHARE = 0.005
"""Of the rows at each end: left out of the axes of errors, and counted in the last bins."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts (k, k) by label: true (rows) and answered (columns). `other`: labels that share the last row and column, 0 for none."""

    labels: tuple[Any, ...]
    counts: Array
    other: int = 0


def confusion(actual: Array, answers: Answers, most: int = 12) -> Confusion:
    """Count what was true against what was answered; of more than `most` labels, the rarest share one row and column."""
    truth, said = np.asarray(actual, dtype=object), np.asarray(answers.predicted, dtype=object)
    labels = sorted({*(answers.classes or ()), *truth.tolist(), *said.tolist()}, key=lambda v: (str(type(v)), v))
    rows = {label: int((truth == label).sum()) for label in labels}
    kept = labels if len(labels) <= most else [v for v in labels if v in set(sorted(labels, key=lambda v: -rows[v])[: most - 1])]
    position = {label: i for i, label in enumerate(kept)}
    size = len(kept) + (len(kept) < len(labels))
    at = [np.array([position.get(v, size - 1) for v in side], dtype=np.int64) for side in (truth, said)]
    counts = np.bincount(at[0] * size + at[1], minlength=size * size).reshape(size, size)
    return Confusion(tuple(kept), counts, len(labels) - len(kept))


def _scored(actual: Array, answers: Answers) -> tuple[Array, Array]:
    """Whether each row is of the last class (1 or 0), and how probable that was said to be."""
    assert answers.proba is not None  # noqa: S101 - the caller asked
    score = np.asarray(answers.proba, dtype=np.float64)[:, -1]
    truth = (np.asarray(actual, dtype=object) == (answers.classes or (1,))[-1]).astype(np.float64)
    return truth, score


def _ranked(actual: Array, answers: Answers) -> tuple[Array, Array]:
    """True and false positives at each distinct score of the last class, from the highest down, (thresholds,) each."""
    truth, score = _scored(actual, answers)
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.r_[score[order][1:] != score[order][:-1], True])
    hits = np.cumsum(truth[order])[ends]
    return hits, ends + 1 - hits


def roc(actual: Array, answers: Answers) -> tuple[Array, Array]:
    """(false positive rate, true positive rate), from (0, 0) to (1, 1), at most POINTS; empty where a class is missing."""
    hits, alarms = _ranked(actual, answers)
    if not len(hits) or not hits[-1] or not alarms[-1]:
        return np.empty(0), np.empty(0)
    return _thinned(np.r_[0.0, alarms / alarms[-1]], np.r_[0.0, hits / hits[-1]])


def precision_recall(actual: Array, answers: Answers) -> tuple[Array, Array]:
    """(recall, precision), by falling score, at most POINTS; empty without a positive row."""
    hits, alarms = _ranked(actual, answers)
    if not len(hits) or not hits[-1]:
        return np.empty(0), np.empty(0)
    return _thinned(hits / hits[-1], hits / (hits + alarms))


def _thinned(x: Array, y: Array) -> tuple[Array, Array]:
    """At most POINTS of a curve whose x never falls: for each stretch of x the first point, and the last one of all."""
    if len(x) <= POINTS:
        return x, y
    at = np.unique(np.r_[np.searchsorted(x, np.linspace(x[0], x[-1], POINTS - 1)), len(x) - 1])
    return x[at], y[at]


@dataclass(frozen=True, slots=True)
class Reliability:
    """For bins of the score: its mean, the share of rows that came true with an exact interval, and the rows. (bins,) each."""

    score: Array
    share: Array
    low: Array
    high: Array
    rows: Array


def reliability(actual: Array, answers: Answers, confidence: float, bins: int = 10) -> Reliability:
    """Return how often the last class came, by how probable it was said to be: bins of equal width, as those of `ece`; no empty ones."""
    truth, score = _scored(actual, answers)
    index = np.clip((score * bins).astype(int), 0, bins - 1)
    rows = np.bincount(index, minlength=bins)
    held = rows > 0
    hits = np.bincount(index, weights=truth, minlength=bins)[held]
    means = np.bincount(index, weights=score, minlength=bins)[held] / rows[held]
    ends = np.array([exact("recall", h, n, confidence) for h, n in zip(hits, rows[held], strict=True)]).reshape(-1, 2)
    return Reliability(means, hits / rows[held], ends[:, 0], ends[:, 1], rows[held])


def histogram(values: Array, bins: int = 40) -> tuple[Array, Array]:
    """(edges, counts): all rows, those of the outermost half percent in the first and the last bin. Empty without values."""
    if not len(values):
        return np.empty(0), np.empty(0, dtype=int)
    low, high = _ends(values)
    counts, edges = np.histogram(np.clip(values, low, high), bins=bins, range=(low, high))
    return edges, counts


def _ends(values: Array) -> tuple[float, float]:
    """Where an axis of values ends: without the outermost half percent on each side, told apart where all are equal."""
    low, high = (float(v) for v in np.quantile(np.clip(values, -LARGE, LARGE), [SHARE, 1 - SHARE], method="inverted_cdf"))
    size = max(abs(low), abs(high))
    return (low, high) if high - low > 1e-9 * size else (low - (size or 1.0) * 0.05, high + (size or 1.0) * 0.05)


def density(x: Array, y: Array, bins: int = 36) -> tuple[tuple[float, float], Array]:
    """((low, high) of both axes, counts (bins, bins) with x first): rows beyond the ends stand at them."""
    both = np.concatenate([x, y])
    low, high = _ends(both)
    at = [np.minimum(((np.clip(v, low, high) - low) / (high - low) * bins).astype(int), bins - 1) for v in (x, y)]
    return (low, high), np.bincount(at[0] * bins + at[1], minlength=bins * bins).reshape(bins, bins)
