"""Errors in units of what a naive forecast errs: the scale of each row is part of what its answers are measured by."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.sums import OfSums


def scale_of(answers: Answers) -> Array | None:
    """What an error of each row is divided by, (n,), NaN where it is not defined; None where nobody has said."""
    return getattr(answers, "scale", None)


def _mase(y: Array, answers: Answers) -> Callable[[Array], Array]:
    """Mean of |p - y| / q over the rows that have one; q: the mean error of the seasonal naive forecast within the training rows of the
    row's series, as they were known at its origin (Hyndman & Koehler 2006).
    """
    scale = scale_of(answers)
    given = np.full(len(y), np.nan) if scale is None else np.asarray(scale, dtype=np.float64)
    holds = np.isfinite(given) & (given > 0)
    size = np.divide(np.abs(np.asarray(answers.predicted, dtype=np.float64) - y), given, out=np.zeros(len(y)), where=holds)
    return OfSums([size, holds.astype(np.float64)], lambda _, top, rows: top / rows)


SCALED_METRICS: dict[str, Callable[[Array, Answers], Callable[[Array], Array]]] = {"mase": _mase}
