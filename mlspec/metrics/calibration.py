"""The interval of the expected calibration error, which is never below 0 and whose estimate is always too large."""

from __future__ import annotations

import numpy as np

from mlspec.metrics.answers import Answers, Array


def calibration(actual: Array, answers: Answers, codes: Array, value: float, confidence: float) -> tuple[float, float]:
    """Return a cautious interval: above by the standard errors of the bins' gaps, below also by what chance adds to the estimate.

    A bin whose true gap is 0 shows one of up to a standard error on average (Bröcker 2012). The error of a bin of few rows is at least
    that of trials with the given probabilities. `codes`: (rows,) the unit of each row.
    """
    from scipy.special import stdtrit

    from mlspec.metrics.classes import gaps_by_bin

    (gaps, variances), count = gaps_by_bin(actual, answers), len(actual)
    made = int(codes.max()) + 1
    sums = np.stack([np.bincount(codes, weights=gap, minlength=made) for gap in gaps]) / count
    held = np.stack([np.bincount(codes, weights=gap != 0, minlength=made) for gap in gaps]) / count
    means = np.divide(sums.sum(axis=1), held.sum(axis=1), out=np.zeros(len(gaps)), where=held.sum(axis=1) > 0)
    seen = np.sqrt(made / max(1, made - 1) * ((sums - means[:, None] * held) ** 2).sum(axis=1))
    errors = np.maximum(seen, np.sqrt(variances) / count)
    half = float(stdtrit(max(1, made - 1), 0.5 + confidence / 2)) * float(np.sqrt((errors**2).sum()))
    chance = float(errors.sum())
    return max(0.0, value - chance - half), min(1.0, value + half)
