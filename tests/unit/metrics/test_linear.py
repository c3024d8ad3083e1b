"""Least squares where LAPACK gives up: many columns that are sums of others."""

from __future__ import annotations

import numpy as np
import pytest

from mlspec.metrics.linear import cross_fitted, trimmed


def indicators(rows: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Indicators of two categories, and their products."""
    dice = np.random.default_rng(3)
    first, second = (np.eye(4)[dice.integers(0, 4, rows)] for _ in range(2))
    both = np.einsum("ni,nj->nij", first, second).reshape(rows, -1)
    numbers = dice.normal(size=(rows, 2))
    columns = np.hstack([first, second, both, numbers, numbers @ np.array([[1.0], [2.0]])])
    return columns, numbers @ np.array([3.0, -1.0]) + first @ np.array([1.0, 2.0, 3.0, 4.0])


def test_the_same_answer_where_the_singular_values_do_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    columns, truth = indicators()
    noisy = truth + np.random.default_rng(4).normal(size=len(truth))
    before = [cross_fitted(columns, truth, 7), cross_fitted(columns, noisy, 7), trimmed(columns, noisy, 7)[0]]

    def gives_up(*_: object, **__: object) -> None:
        raise np.linalg.LinAlgError("SVD did not converge in Linear Least Squares")

    monkeypatch.setattr(np.linalg, "lstsq", gives_up)
    after = [cross_fitted(columns, truth, 7), cross_fitted(columns, noisy, 7), trimmed(columns, noisy, 7)[0]]
    assert after == pytest.approx(before, rel=1e-9)
    assert after[0] > 0.999999 > after[1] > 0.5
