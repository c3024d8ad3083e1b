"""Linear models of scikit-learn: the same product and sum, by NumPy on arrays of the same layout, so that BLAS gives the same bits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mlspec.runtime.compiled.refused import need
from mlspec.runtime.compiled.scorer import Array, Scores, finite


class Linear:
    """A weighted sum, through a link where there is one. BLAS may add up one row otherwise than a row among many: not `alone`."""

    alone = False

    def __init__(self, estimator: Any, link: Callable[[Array], Array] | None = None) -> None:
        need(isinstance(estimator.coef_, np.ndarray), "its coefficients are sparse")
        self.weights = estimator.coef_ if estimator.coef_.ndim == 1 else estimator.coef_.T
        self.intercept, self.link = estimator.intercept_, link

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        found = finite(matrix) @ self.weights + self.intercept
        return (found if self.link is None else self.link(found)), None


class LinearClasses:
    """The class with the highest sum; probabilities where the estimator has them."""

    alone = False

    def __init__(self, estimator: Any) -> None:
        need(isinstance(estimator.coef_, np.ndarray), "its coefficients are sparse")
        self.weights = estimator.coef_.T if estimator.coef_.ndim == 2 else estimator.coef_
        self.intercept, self.classes = estimator.intercept_, estimator.classes_
        self.probabilities = _probabilities(estimator)

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        scores = finite(matrix) @ self.weights + self.intercept
        scores = scores.reshape(-1) if scores.ndim > 1 and scores.shape[1] == 1 else scores
        chosen = (scores > 0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes.take(chosen, axis=0), None if self.probabilities is None else self.probabilities(scores)


def _probabilities(estimator: Any) -> Callable[[Array], Array] | None:
    """The way that the estimator's `predict_proba` takes from its sums; None where it has none."""
    if not hasattr(estimator, "predict_proba"):
        return None
    loss = getattr(estimator, "loss", "log_loss")
    need(loss == "log_loss", f"its probabilities are those of the loss `{loss}`")
    if len(estimator.classes_) <= 2:
        return _logistic
    return _one_against_the_rest if hasattr(estimator, "loss") else _softmax


def _logistic(scores: Array) -> Array:
    from scipy.special import expit

    found = expit(scores)
    return np.stack([1 - found, found], axis=1)


def _one_against_the_rest(scores: Array) -> Array:
    from scipy.special import expit

    found = expit(scores)
    total = found.sum(axis=1)
    none = total == 0
    found[none, :] = 1
    total[none] = found.shape[1]
    return found / total.reshape(len(found), -1)  # type: ignore[no-any-return]


def _softmax(scores: Array) -> Array:
    found = np.exp(scores - scores.max(axis=1).reshape(-1, 1))
    return found / found.sum(axis=1).reshape(-1, 1)  # type: ignore[no-any-return]


LINKS: Mapping[str, Callable[[Array], Array]] = {"identity": lambda raw: raw, "log": np.exp}
"""The inverse of each link that is known."""
SHARES: Mapping[str | None, Callable[[Array], Array]] = {
    "logistic": _logistic,
    "one-against-the-rest": _one_against_the_rest,
    "softmax": _softmax,
}
"""How sums become probabilities."""


def compile_glm(estimator: Any) -> Linear:
    """PoissonRegressor, GammaRegressor, TweedieRegressor: the inverse of their link."""
    return Linear(estimator, estimator._base_loss.link.inverse)  # noqa: SLF001
