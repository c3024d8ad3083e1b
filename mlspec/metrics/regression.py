"""Regression metrics. y: truth, p: prediction, e = p - y, w: weights; formulas as in scikit-learn's user guide, 3.4.6."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.sums import OfSums

Make = Callable[[Array, Array], Callable[[Array], Array]]


def _mae(y: Array, p: Array) -> Callable[[Array], Array]:
    return OfSums([np.abs(p - y)], lambda n, s: s / n)


def _mse(y: Array, p: Array) -> Callable[[Array], Array]:
    return OfSums([(p - y) ** 2], lambda n, s: s / n)


def _rmse(y: Array, p: Array) -> Callable[[Array], Array]:
    return OfSums([(p - y) ** 2], lambda n, s: np.sqrt(s / n))


def _bias(y: Array, p: Array) -> Callable[[Array], Array]:
    return OfSums([p - y], lambda n, s: s / n)


def _r2(y: Array, p: Array) -> Callable[[Array], Array]:
    """1 - sum e^2 / sum (y - mean y)^2; the truth is centred first, which keeps the sums exact. Constant truth: not defined."""
    c = y - y.mean() if len(y) else y
    return OfSums([(p - y) ** 2, c, c**2], lambda n, s, a, b: 1 - s / _positive(b - a**2 / n, b))


def _explained_variance(y: Array, p: Array) -> Callable[[Array], Array]:
    c, e = y - y.mean() if len(y) else y, p - y
    return OfSums([e, e**2, c, c**2], lambda n, s, q, a, b: 1 - (q - s**2 / n) / _positive(b - a**2 / n, b))


def _positive(variation: Array, scale: Array) -> Array:
    return np.where(variation > 1e-12 * np.maximum(scale, 1e-300), variation, np.nan)


def _mape(y: Array, p: Array) -> Callable[[Array], Array]:
    """Mean of |e| / max(|y|, machine epsilon), as scikit-learn has it."""
    return OfSums([np.abs(p - y) / np.maximum(np.abs(y), np.finfo(np.float64).eps)], lambda n, s: s / n)


def _wape(y: Array, p: Array) -> Callable[[Array], Array]:
    """Sum |e| / sum |y|: the mean absolute percentage error weighted by volume."""
    return OfSums([np.abs(p - y), np.abs(y)], lambda _, s, v: s / v)


def _smape(y: Array, p: Array) -> Callable[[Array], Array]:
    """Mean of 2 |e| / (|y| + |p|), between 0 and 2; 0 where both are 0 (Makridakis 1993, as the M4 competition has it)."""
    size = np.abs(y) + np.abs(p)
    return OfSums([np.divide(2 * np.abs(p - y), size, out=np.zeros(len(size)), where=size > 0)], lambda n, s: s / n)


class _Medae:
    """The weighted median of |e|; the mean of the two middle ones when half the weight ends between them."""

    def __init__(self, y: Array, p: Array) -> None:
        self._error = np.abs(p - y)
        self._order = np.argsort(self._error, kind="stable")

    def __call__(self, weights: Array) -> Array:
        ranked = self._error[self._order]
        cumulated = np.cumsum(weights[:, self._order], axis=1)
        half = cumulated[:, -1:] / 2
        lower = np.argmax(cumulated >= half, axis=1)
        upper = np.argmax(cumulated > half, axis=1)
        middle: Array = (ranked[lower] + ranked[upper]) / 2
        return middle

    def influence(self) -> Array:
        """(1/2 - [|e| <= median]) / (n f), with the density f from the ends of Woodruff's interval (Woodruff 1952)."""
        count = len(self._error)
        ranked, wide = self._error[self._order], min(0.5, 1.0 / np.sqrt(count))
        low, high = np.quantile(ranked, [0.5 - wide, 0.5 + wide])
        below = self._error <= np.median(ranked)
        change: Array = (0.5 - below) * (high - low) / (2 * wide * count)
        return change

    @property
    def errors(self) -> Array:
        """|e|, (n,)."""
        found: Array = self._error
        return found


def _max_error(y: Array, p: Array) -> Callable[[Array], Array]:
    error = np.abs(p - y)
    return lambda weights: np.max(np.where(weights > 0, error, -np.inf), axis=1)


REGRESSION_METRICS: dict[str, Make] = {
    "mae": _mae,
    "mse": _mse,
    "rmse": _rmse,
    "r2": _r2,
    "explained_variance": _explained_variance,
    "mape": _mape,
    "wape": _wape,
    "smape": _smape,
    "medae": _Medae,
    "max_error": _max_error,
    "bias": _bias,
}
