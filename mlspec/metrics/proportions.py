"""Metrics that are a share of trials, and the exact (Clopper-Pearson) interval of such a share.

A bootstrap of rows that all agree has no width: 3 right answers of 3 would be "between 1 and 1". The exact interval says 0.29 to 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.catalog import OF_HITS
from mlspec.metrics.classes import cells
from mlspec.metrics.levels import hits
from mlspec.metrics.queries import QUERY_METRICS

Trials = tuple[Array, Array]
"""(n,) indicators: the row is a hit, the row is a trial. A share is hits / trials."""

_OF_CELLS: dict[str, Callable[[Array, Array, Array, Array], Trials]] = {
    "precision": lambda tp, fp, _fn, _tn: (tp, tp + fp),
    "recall": lambda tp, _fp, fn, _tn: (tp, tp + fn),
    "f1": lambda tp, fp, fn, _tn: (tp, tp + fp + fn),
    "false_positive_rate": lambda _tp, fp, _fn, tn: (fp, fp + tn),
    "false_negative_rate": lambda tp, _fp, fn, _tn: (fn, fn + tp),
    "selection_rate": lambda tp, fp, fn, tn: (tp + fp, tp + fp + fn + tn),
}

SHARES = ("accuracy", "subset_accuracy", *OF_HITS, *_OF_CELLS)
"""The metrics that are a share of trials. `f1` is one through Jaccard's index J = TP / (TP + FP + FN): f1 = 2J / (1 + J)."""

WHOLE = ("balanced_accuracy", "f1_macro", "f1_weighted", "precision_macro", "recall_macro", "roc_auc")
"""Metrics made of several shares; when all answers are right, the smallest class bounds them."""

OF_ROWS = ("f1_micro", "f1_samples", "jaccard_samples", "hamming_loss", *QUERY_METRICS)
"""Metrics that are means over rows (of sets of labels) or queries of numbers from 0 to 1: how many there are bounds them where few or none
are wrong."""

UNBOUNDED = ("mcc", "average_precision")
"""Metrics for which no bound is known when all answers are right."""


def trials(metric: str, actual: Array, answers: Answers) -> Trials | None:
    """Return hits and trials of a metric in SHARES, (n,) doubles each; None for the others."""
    if metric not in SHARES:
        return None
    if metric in OF_HITS:
        return hits(metric, actual, answers)
    truth = np.asarray(actual, dtype=object)
    if metric in ("accuracy", "subset_accuracy"):
        return (truth == np.asarray(answers.predicted, dtype=object)).astype(np.float64), np.ones(len(truth))
    return _OF_CELLS[metric](*cells(truth, answers))


def exact(metric: str, hits: float, count: float, confidence: float) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of hits / count, on the metric's scale; NaN without trials.

    Clopper & Pearson 1934, by quantiles of the beta distribution; `hits` and `count` need not be whole numbers.
    """
    from scipy.special import betaincinv

    if count <= 0:
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low = float(betaincinv(hits, count - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, count - hits, 1 - tail)) if hits < count else 1.0
    return (_f1(low), _f1(high)) if metric == "f1" else (low, high)


def _f1(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)


def of_units(hits: Array, count: Array, metric: str, codes: Array, confidence: float) -> tuple[float, float, float]:
    """Return the exact bounds where rows of a unit err alike, and the number of trials that the rows are worth.

    Korn & Graubard 1998: the trials are divided by the design effect (variance between units over that of independent trials), and by the
    squared ratio of Student's quantiles for so many units and rows. Where the mistakes stand in few units, or there are none,
    a unit counts as one trial.
    """
    from scipy.special import stdtrit

    from mlspec.metrics.estimate import LEAST_EVEN
    from mlspec.metrics.studentised import even_units

    total, made = float(count.sum()), int(codes.max()) + 1
    if total <= 0 or made == len(codes):
        return (*exact(metric, float(hits.sum()), total, confidence), total)
    share = float(hits.sum()) / total
    held = np.bincount(codes, weights=count)
    whole = float(held.sum() ** 2 / (held**2).sum())
    sums = np.bincount(codes, weights=(hits - share * count) / total)
    variance = made / (made - 1) * float((sums**2).sum()) if made > 1 else np.inf
    degrees, half = max(whole - 1, 1.0), 0.5 + confidence / 2
    wider = (float(stdtrit(max(total - 1, 1.0), half)) / float(stdtrit(degrees, half))) ** 2
    worth = min(total, share * (1 - share) / variance * wider) if variance > 0 else total
    if even_units(sums - sums.mean()) < LEAST_EVEN or variance == 0:
        worth = min(worth, whole)
    return (*exact(metric, share * worth, worth, confidence), worth)


def all_right(smallest: float, confidence: float) -> float:
    """Return the lower bound of a metric in WHOLE that is 1 on these rows: that of the smallest class, all of whose rows (units) are hits.

    Cautious for means over classes: without an error in any class, the geometric mean of their rates is at least this, and the mean above.
    For the area under the ROC curve it is the bound of that many independent pairs of a positive and a negative, all in order.
    """
    return exact("accuracy", smallest, smallest, confidence)[0]


def few_wrong(value: float, smallest: float, confidence: float) -> tuple[float, float]:
    """Return the bounds of a metric in WHOLE where few wrong rows decide: the exact ones of `value` in `smallest` trials.

    `smallest`: rows (units) of the rarest class. No mean of numbers from 0 to 1 varies more than a share of that mean, and the area under
    the ROC curve no more than a share of as many trials as the smaller class has rows (Birnbaum & Klose 1957): cautious.
    """
    return exact("accuracy", value * smallest, smallest, confidence)
