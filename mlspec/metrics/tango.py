"""The difference of two shares of the same trials: how often one model is right where the other is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable


def paired_shares(better: float, worse: float, count: float, confidence: float) -> tuple[float, float]:
    """Return an interval of (better - worse) / count, for trials in which one of two models alone had a hit.

    The wider of two: the score interval of Tango (1998), good for margins, and the exact one given the number of trials that differ
    (Clopper & Pearson's on better / (better + worse)), which excludes 0 when the exact test of McNemar (1947) does.
    """
    from mlspec.metrics.proportions import exact

    low, high = tango(better, worse, count, confidence)
    differing = better + worse
    if not differing:
        return low, high
    least, most = exact("accuracy", better, differing, confidence)
    return min(low, (2 * least - 1) * differing / count), max(high, (2 * most - 1) * differing / count)


def tango(better: float, worse: float, count: float, confidence: float) -> tuple[float, float]:
    """Return the score interval of Tango 1998 (Statistics in Medicine 17:891-908), by bisection."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + confidence / 2))
    middle = (better - worse) / count
    return (
        _root(lambda d: _score(better, worse, count, d) - z, -1.0, middle),
        _root(lambda d: _score(better, worse, count, d) + z, middle, 1.0),
    )


def _score(better: float, worse: float, count: float, difference: float) -> float:
    """The score statistic; falls as the difference grows."""
    a, b, c = 2 * count, -better - worse + (2 * count - better + worse) * difference, -worse * difference * (1 - difference)
    other = (math.sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
    variance = count * (2 * other + difference * (1 - difference))
    gap = better - worse - count * difference
    return gap / math.sqrt(variance) if variance > 1e-300 else math.copysign(math.inf, gap) if gap else 0.0


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0, to 2^-60 of the range; the end that it does not reach."""
    if function(low) < 0:
        return low
    if function(high) > 0:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2
