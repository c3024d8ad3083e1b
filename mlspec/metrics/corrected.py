"""Intervals of means over folds that share training rows: their variance is corrected for what they share."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def corrected(values: Sequence[float], sizes: Sequence[tuple[int, int]], confidence: float = 0.95) -> tuple[float, float]:
    """The corrected resampled t interval of Nadeau and Bengio (2003, Machine Learning 52, section 3).

    `values`: one a fold, k of them; `sizes`: rows to learn from and rows to judge on, a fold. The variance of the mean is
    (1/k + n_test/n_train) s^2, with k - 1 degrees of freedom; for repeated folds k counts all of them (Bouckaert and Frank 2004).
    It speaks of models of about this many training rows, and holds for rows that are drawn alike: not where time orders them. NaN for
    fewer than two values, or where one is not defined.
    """
    from scipy.stats import t

    count = len(values)
    if count < 2 or not all(map(math.isfinite, values)):
        return math.nan, math.nan
    share = statistics.fmean(test / train for train, test in sizes)
    middle = statistics.fmean(values)
    half = float(t.ppf((1 + confidence) / 2, count - 1)) * math.sqrt((1 / count + share) * statistics.variance(values))
    return middle - half, middle + half
