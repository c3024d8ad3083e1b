"""The interval of a median."""

from __future__ import annotations

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.weighted import Statistic


def of_median(evaluate: Statistic, codes: Array, confidence: float) -> tuple[float, float]:
    """Return the errors at the ends of the exact interval of the share of rows below the median (Woodruff 1952).

    For independent rows it is the interval of the sign test; `codes`: (rows,) the unit of each row.
    """
    from mlspec.metrics.proportions import exact, of_units

    errors: Array = np.sort(evaluate.errors)  # type: ignore[attr-defined]
    below = (evaluate.errors <= np.median(errors)).astype(np.float64)  # type: ignore[attr-defined]
    _, _, worth = of_units(below, np.ones(len(errors)), "accuracy", codes, confidence)
    low, high = exact("accuracy", worth / 2, worth, confidence)
    last = len(errors) - 1
    return float(errors[max(0, int(np.floor(low * len(errors))) - 1)]), float(errors[min(last, int(np.ceil(high * len(errors))))])
