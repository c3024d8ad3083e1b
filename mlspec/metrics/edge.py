"""A sharp edge: classes that a weighted sum of features tells apart without error right up to the edge, where rows stand close.

So does a class that was made by a threshold. Honest classes that can be told apart have a gap between them, or errors near the edge.
"""

from __future__ import annotations

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.linear import FOLDS, held_out

BAND = 0.25
"""Next to the edge: within this many standard deviations of the sum."""
LEAST_IN_BAND = 40
WORTH = 0.9
"""A linear fit of the class must be right so often (the mean over both sides) before an edge is looked for."""


def edge_score(columns: Array, truth: Array, seed: int) -> float | None:
    """Return the share of held-out rows next to the edge that stand on the wrong side. `truth` (n,) is 0 or 1.

    None where no edge can be seen: too few rows near it (a gap, or few rows at all), or classes that are not told apart anyway.
    """
    first = held_out(columns, truth, seed)
    if first is None or min(truth.sum(), (1 - truth).sum()) < LEAST_IN_BAND:
        return None
    cut = (first[truth == 1].mean() + first[truth == 0].mean()) / 2
    if _balanced(first > cut, truth) < WORTH or not _dense((first - cut) / (first.std() or 1.0), 2 * BAND):
        return None
    score = _scores(columns, truth, seed)
    if not _dense(score, BAND):
        return None
    near = np.abs(score) < BAND
    return float(((score > 0) != (truth == 1))[near].mean())


def _dense(score: Array, band: float) -> bool:
    """Whether rows stand close to the edge on both sides."""
    near = np.abs(score) < band
    return bool(min((near & (score > 0)).sum(), (near & (score <= 0)).sum()) >= LEAST_IN_BAND / 2)


def _balanced(guess: Array, truth: Array) -> float:
    return float((guess[truth == 1].mean() + (~guess[truth == 0]).mean()) / 2)


def _scores(columns: Array, truth: Array, seed: int) -> Array:
    """Held-out distances (n,) from the edge of a logistic fit, in standard deviations of the sum."""
    import warnings

    from sklearn.linear_model import LogisticRegression

    fold = np.random.default_rng(seed).permutation(len(truth)) % FOLDS
    score = np.empty(len(truth))
    for number in range(FOLDS):
        inside, outside = fold != number, fold == number
        middle, scale = columns[inside].mean(axis=0), columns[inside].std(axis=0)
        scale[scale == 0] = 1.0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # classes with a gap have no steepest fit, and any is good enough to see the gap
            fit = LogisticRegression(C=1e4, solver="newton-cholesky", max_iter=50).fit((columns[inside] - middle) / scale, truth[inside])
        raw = fit.decision_function((columns[inside] - middle) / scale)
        score[outside] = fit.decision_function((columns[outside] - middle) / scale) / (raw.std() or 1.0)
    return score
