"""The score interval of a share of independent trials (Wilson 1927)."""

from __future__ import annotations

import math


def wilson(hits: int, count: int, confidence: float) -> tuple[float, float]:
    """Return the bounds of hits / count; NaN without trials."""
    from scipy.special import ndtri

    if count <= 0:
        return math.nan, math.nan
    z = float(ndtri(0.5 + confidence / 2))
    share, step = hits / count, z * z / count
    half = z * math.sqrt(share * (1 - share) / count + step / (4 * count))
    middle = share + step / 2
    low, high = (middle - half) / (1 + step), (middle + half) / (1 + step)
    return (0.0 if hits == 0 else low), (1.0 if hits == count else high)
