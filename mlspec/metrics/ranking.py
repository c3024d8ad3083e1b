"""Rank metrics under weights: sort once by score, then cumulate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.sums import defined_ratio


def _groups(score: Array) -> tuple[Array, Array]:
    """Order by falling score, and the last position of each run of equal scores."""
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    ends = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
    return order, ends


def _cumulated(truth: Array, score: Array) -> Callable[[Array], tuple[Array, Array]]:
    """Weights -> (true positives, false positives) at each distinct threshold, (resamples, thresholds)."""
    order, ends = _groups(score)
    ranked = truth[order]

    def evaluate(weights: Array) -> tuple[Array, Array]:
        drawn = weights[:, order]
        return np.cumsum(drawn * ranked, axis=1)[:, ends], np.cumsum(drawn * (1 - ranked), axis=1)[:, ends]

    return evaluate


def roc_auc(truth: Array, score: Array) -> Callable[[Array], Array]:
    """Area under the ROC curve by trapezoids: ties count half (Hanley & McNeil 1982). One class only: not defined."""
    curve = _cumulated(truth, score)

    def evaluate(weights: Array) -> Array:
        hits, alarms = curve(weights)
        left = np.concatenate([np.zeros((len(hits), 1)), hits[:, :-1]], axis=1)
        steps = np.diff(alarms, axis=1, prepend=0.0)
        area = ((left + hits) / 2 * steps).sum(axis=1)
        total = hits[:, -1] * alarms[:, -1]
        return defined_ratio(area, total)

    return evaluate


def average_precision(truth: Array, score: Array) -> Callable[[Array], Array]:
    """Sum over thresholds of (recall gained) x precision, as scikit-learn has it. No positives: not defined."""
    curve = _cumulated(truth, score)

    def evaluate(weights: Array) -> Array:
        hits, alarms = curve(weights)
        seen = hits + alarms
        precision = np.divide(hits, seen, out=np.zeros_like(hits), where=seen > 0)
        gained = np.diff(hits, axis=1, prepend=0.0)
        total = hits[:, -1]
        return defined_ratio((gained * precision).sum(axis=1), total)

    return evaluate
