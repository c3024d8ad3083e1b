"""Formulas over weighted sums of per-row statistics."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlspec.metrics.answers import Array


def of_sums(columns: list[Array], formula: Callable[..., Array]) -> Callable[[Array], Array]:
    """Return weights -> formula(total weight, weighted sum of each column...); undefined values become NaN."""
    matrix = np.column_stack([np.ones(len(columns[0])), *columns])

    def evaluate(weights: Array) -> Array:
        sums = weights @ matrix
        with np.errstate(divide="ignore", invalid="ignore"):
            found = formula(*(sums[:, i] for i in range(matrix.shape[1])))
        return np.where(np.isfinite(found), found, np.nan)

    return evaluate


def ratio(top: Array, bottom: Array) -> Array:
    """Top / bottom, and 0 where the bottom is 0: scikit-learn's `zero_division=0`."""
    return np.divide(top, bottom, out=np.zeros_like(top, dtype=np.float64), where=bottom != 0)


def defined_ratio(top: Array, bottom: Array) -> Array:
    """Return top / bottom, and NaN where the bottom is not positive."""
    filled: Array = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
    return filled
