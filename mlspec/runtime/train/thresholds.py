"""Where to cut the probability of the second class: at lowest cost, or where a metric of answers is best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Counts = tuple[Array, Array, Array, Array]
"""True and false positives, false and true negatives, of each threshold."""
USUAL = 0.5


@dataclass(frozen=True, slots=True)
class Chosen:
    """`found`: mean cost of a row, or the metric, at the threshold; `usual`: the same at 0.5; on the rows that chose it."""

    value: float
    found: float
    usual: float


def choose(aim: Mapping[str, Any], shares: Array, truth: Array) -> Chosen:
    """The best of all thresholds that answer these rows differently. `shares`, `truth`: (n,) probability of the second class, and whether
    it is.

    Of equally good ones that which is nearest to 0.5; for costs to fp / (fp + fn), which is best for true probabilities (Elkan 2001).
    """
    loss = _loss(aim)
    cuts = _between(np.unique(shares))
    losses = np.round(loss(_counts(cuts, shares, truth)), 12)
    best = np.flatnonzero(losses == losses.min())
    value = float(cuts[best[np.argmin(np.abs(cuts[best] - _wanted(aim)))]])
    told = [float(loss(_counts(np.array([cut]), shares, truth))[0]) for cut in (value, USUAL)]
    sign = 1.0 if "cost" in aim else -1.0
    return Chosen(value, *(float(f"{sign * one:.12g}") for one in told))


def _wanted(aim: Mapping[str, Any]) -> float:
    cost = aim.get("cost")
    return USUAL if cost is None else float(cost["falsePositive"]) / (cost["falsePositive"] + cost["falseNegative"])


def _between(values: Array) -> Array:
    """Cuts below, between and above rising values: halfway, so that last digits decide nothing."""
    halves = (values[:-1] + values[1:]) / 2
    halves = np.where(halves > values[:-1], halves, values[1:])  # neighbours among doubles
    above = (values[-1] + 1.0) / 2 if values[-1] < 1.0 else math.nextafter(1.0, 2.0)
    return np.concatenate([[values[0] / 2], halves, [above if above > values[-1] else 1.0]])


def _counts(cuts: Array, shares: Array, truth: Array) -> Counts:
    order = np.argsort(shares, kind="stable")
    ranked, hits = shares[order], np.concatenate([[0], np.cumsum(truth[order].astype(np.int64))])
    below = np.searchsorted(ranked, cuts, side="left")
    fn = hits[below]
    tp, tn = hits[-1] - fn, below - fn
    return tp, len(shares) - below - tp, fn, tn


def _loss(aim: Mapping[str, Any]) -> Callable[[Counts], Array]:
    cost = aim.get("cost")
    if cost is None:
        return _METRICS[aim["metric"]]

    def mean_cost(counts: Counts) -> Array:
        tp, fp, fn, tn = counts
        found: Array = (fp * float(cost["falsePositive"]) + fn * float(cost["falseNegative"])) / (tp + fp + fn + tn)
        return found

    return mean_cost


def _over(part: Array, whole: Array) -> Array:
    """0 where there is nothing to divide by: a metric that is not defined is no better than the worst."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0)


def _f1(counts: Counts) -> Array:
    tp, fp, fn, _ = counts
    return -_over(2.0 * tp, 2 * tp + fp + fn)


def _accuracy(counts: Counts) -> Array:
    tp, fp, fn, tn = counts
    return -_over(1.0 * (tp + tn), tp + fp + fn + tn)


def _balanced(counts: Counts) -> Array:
    tp, fp, fn, tn = counts
    return -(_over(1.0 * tp, tp + fn) + _over(1.0 * tn, tn + fp)) / 2


def _mcc(counts: Counts) -> Array:
    tp, fp, fn, tn = (np.asarray(part, dtype=np.float64) for part in counts)
    return -_over(tp * tn - fp * fn, np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)))


_METRICS: dict[str, Callable[[Counts], Array]] = {"f1": _f1, "accuracy": _accuracy, "balanced_accuracy": _balanced, "mcc": _mcc}
