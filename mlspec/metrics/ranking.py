"""Rank metrics under weights: sort once by score, then cumulate."""

from __future__ import annotations

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.sums import defined_ratio


class _Curve:
    """True and false positives at each distinct threshold, from the highest score down."""

    def __init__(self, truth: Array, score: Array) -> None:
        self.truth = truth
        self._order = np.argsort(-score, kind="stable")
        ranked = score[self._order]
        self._ends = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
        self.threshold = np.empty(len(score), dtype=np.int64)
        self.threshold[self._order] = np.searchsorted(self._ends, np.arange(len(score)))

    def counts(self, weights: Array) -> tuple[Array, Array]:
        """Weights -> (true positives, false positives), (resamples, thresholds) each."""
        drawn, ranked = weights[:, self._order], self.truth[self._order]
        return np.cumsum(drawn * ranked, axis=1)[:, self._ends], np.cumsum(drawn * (1 - ranked), axis=1)[:, self._ends]

    def once(self) -> tuple[Array, Array]:
        """With each row once, (thresholds,) each."""
        hits, alarms = self.counts(np.ones((1, len(self.truth))))
        return hits[0], alarms[0]


class RocAuc:
    """Area under the ROC curve by trapezoids: ties count half (Hanley & McNeil 1982). One class only: not defined."""

    def __init__(self, truth: Array, score: Array) -> None:
        self._curve = _Curve(truth, score)

    def __call__(self, weights: Array) -> Array:
        hits, alarms = self._curve.counts(weights)
        left = np.concatenate([np.zeros((len(hits), 1)), hits[:, :-1]], axis=1)
        steps = np.diff(alarms, axis=1, prepend=0.0)
        area = ((left + hits) / 2 * steps).sum(axis=1)
        return defined_ratio(area, hits[:, -1] * alarms[:, -1])

    def influence(self) -> Array:
        """A positive's share of negatives below it, a negative's share of positives above it, less the area (DeLong et al. 1988)."""
        hits, alarms = self._curve.once()
        positives, negatives = hits[-1], alarms[-1]
        if not positives or not negatives:
            return np.zeros(len(self._curve.truth))
        area = float(self(np.ones((1, len(self._curve.truth))))[0])
        above = (np.r_[0.0, hits[:-1]] + hits) / 2 / positives
        below = 1 - (np.r_[0.0, alarms[:-1]] + alarms) / 2 / negatives
        at, true = self._curve.threshold, self._curve.truth > 0
        change: Array = np.where(true, (below[at] - area) / positives, (above[at] - area) / negatives)
        return change


class AveragePrecision:
    """Sum over thresholds of (recall gained) x precision, as scikit-learn has it. No positives: not defined."""

    def __init__(self, truth: Array, score: Array) -> None:
        self._curve = _Curve(truth, score)

    def __call__(self, weights: Array) -> Array:
        hits, alarms = self._curve.counts(weights)
        seen = hits + alarms
        precision = np.divide(hits, seen, out=np.zeros_like(hits), where=seen > 0)
        gained = np.diff(hits, axis=1, prepend=0.0)
        return defined_ratio((gained * precision).sum(axis=1), hits[:, -1])

    def influence(self) -> Array:
        """The derivative by a row's weight: it changes the precision at every threshold below it, and a positive's recall too."""
        hits, alarms = self._curve.once()
        total, seen = hits[-1], hits + alarms
        if not total:
            return np.zeros(len(self._curve.truth))
        precision, gained = hits / seen, np.diff(hits, prepend=0.0)
        value = float((gained * precision).sum() / total)
        of_positive = np.cumsum((gained * alarms / seen**2)[::-1])[::-1]
        of_negative = np.cumsum((gained * hits / seen**2)[::-1])[::-1]
        at, true = self._curve.threshold, self._curve.truth > 0
        change: Array = np.where(true, precision[at] + of_positive[at] - value, -of_negative[at]) / total
        return change
