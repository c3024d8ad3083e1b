"""Formulas over weighted sums of per-row statistics."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlspec.metrics.answers import Array

STEP = 1e-4
"""Of the sums, for a derivative: far above rounding errors, which differ between machines, and far below what bends a formula."""


class OfSums:
    """Weights -> formula(total weight, weighted sum of each column...); undefined values become NaN.

    `imagined`: (m, columns) rows that were not seen and might have been, such as a wrong answer in each class: they count in a standard
    error only, so that a class without a mistake is not taken for one that can't have any.
    """

    def __init__(self, columns: list[Array], formula: Callable[..., Array], imagined: Array | None = None) -> None:
        self._matrix = np.column_stack([np.ones(len(columns[0])), *columns])
        self._formula = formula
        self._imagined = None if imagined is None else np.column_stack([np.ones(len(imagined)), imagined])

    def __call__(self, weights: Array) -> Array:
        return self._found(weights @ self._matrix)

    def _found(self, sums: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self._formula(*(sums[:, i] for i in range(sums.shape[1])))
        return np.where(np.isfinite(found), found, np.nan)

    def influence(self) -> Array:
        """How fast the value changes with the weight of each row, (n,): the infinitesimal jackknife (Jaeckel 1972)."""
        change: Array = self._matrix @ self._gradient()
        return change

    def imagined(self) -> Array:
        """The same for the rows that might have been, (m,)."""
        change: Array = np.zeros(0) if self._imagined is None else self._imagined @ self._gradient()
        return change

    def _gradient(self) -> Array:
        """By differences on both sides of the sums."""
        sums, scale = self._matrix.sum(axis=0), np.abs(self._matrix).sum(axis=0)
        step = STEP * np.where(scale > 0, scale, 1.0)
        moved = np.diag(step)
        found: Array = (self._found(sums + moved) - self._found(sums - moved)) / (2 * step)
        return np.where(np.isfinite(found), found, 0.0)


def ratio(top: Array, bottom: Array) -> Array:
    """Top / bottom, and 0 where the bottom is 0: scikit-learn's `zero_division=0`."""
    return np.divide(top, bottom, out=np.zeros_like(top, dtype=np.float64), where=bottom != 0)


def defined_ratio(top: Array, bottom: Array) -> Array:
    """Return top / bottom, and NaN where the bottom is not positive."""
    filled: Array = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
    return filled
