"""Regression metrics. y: truth, p: prediction, e = p - y, w: weights; formulas as in scikit-learn's user guide, 3.4.6."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.sums import of_sums

Make = Callable[[Array, Array], Callable[[Array], Array]]


def _mae(y: Array, p: Array) -> Callable[[Array], Array]:
    return of_sums([np.abs(p - y)], lambda n, s: s / n)


def _mse(y: Array, p: Array) -> Callable[[Array], Array]:
    return of_sums([(p - y) ** 2], lambda n, s: s / n)


def _rmse(y: Array, p: Array) -> Callable[[Array], Array]:
    return of_sums([(p - y) ** 2], lambda n, s: np.sqrt(s / n))


def _bias(y: Array, p: Array) -> Callable[[Array], Array]:
    return of_sums([p - y], lambda n, s: s / n)


def _r2(y: Array, p: Array) -> Callable[[Array], Array]:
    """1 - sum e^2 / sum (y - mean y)^2; the truth is centred first, which keeps the sums exact. Constant truth: not defined."""
    c = y - y.mean() if len(y) else y
    return of_sums([(p - y) ** 2, c, c**2], lambda n, s, a, b: 1 - s / _positive(b - a**2 / n, b))


def _explained_variance(y: Array, p: Array) -> Callable[[Array], Array]:
    c, e = y - y.mean() if len(y) else y, p - y
    return of_sums([e, e**2, c, c**2], lambda n, s, q, a, b: 1 - (q - s**2 / n) / _positive(b - a**2 / n, b))


def _positive(variation: Array, scale: Array) -> Array:
    return np.where(variation > 1e-12 * np.maximum(scale, 1e-300), variation, np.nan)


def _mape(y: Array, p: Array) -> Callable[[Array], Array]:
    """Mean of |e| / max(|y|, machine epsilon), as scikit-learn has it."""
    return of_sums([np.abs(p - y) / np.maximum(np.abs(y), np.finfo(np.float64).eps)], lambda n, s: s / n)


def _wape(y: Array, p: Array) -> Callable[[Array], Array]:
    """Sum |e| / sum |y|: the mean absolute percentage error weighted by volume."""
    return of_sums([np.abs(p - y), np.abs(y)], lambda _, s, v: s / v)


def _medae(y: Array, p: Array) -> Callable[[Array], Array]:
    """The weighted median of |e|; the mean of the two middle ones when half the weight ends between them."""
    error = np.abs(p - y)
    order = np.argsort(error, kind="stable")
    ranked = error[order]

    def evaluate(weights: Array) -> Array:
        cumulated = np.cumsum(weights[:, order], axis=1)
        half = cumulated[:, -1:] / 2
        lower = np.argmax(cumulated >= half, axis=1)
        upper = np.argmax(cumulated > half, axis=1)
        middle: Array = (ranked[lower] + ranked[upper]) / 2
        return middle

    return evaluate


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
    "medae": _medae,
    "max_error": _max_error,
    "bias": _bias,
}
