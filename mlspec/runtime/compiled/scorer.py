"""What a fitted estimator becomes: from the matrix of features to answers."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from mlspec.runtime.compiled.refused import NOT_FINITE, UnsureError

Array = np.ndarray[Any, Any]
Scores = tuple[Array, Array | None]
"""What `predict` answers for n rows, and `predict_proba`, where the estimator has it."""


class Scorer(Protocol):
    """`alone`: a row's answer is the same bits whatever rows are asked with it."""

    alone: bool

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows. Raises UnsureError for rows that the estimator must be asked about itself."""
        ...


_SURELY_SINGLE = 3.4e38
"""Below it nothing overflows in single precision."""


def finite(matrix: Array) -> Array:
    """The matrix; UnsureError when it holds NaN or infinity, which scikit-learn refuses in its own words."""
    if not np.isfinite(matrix).all():
        raise UnsureError(NOT_FINITE)
    return matrix


def single_precision(matrix: Array, *, missing: bool) -> Array:
    """The matrix as trees read it: float32, in C order. UnsureError for what is too large for that, and for NaN unless `missing`."""
    if np.abs(matrix).max(initial=0.0) < _SURELY_SINGLE:  # False for NaN
        return matrix.astype(np.float32, order="C")
    with np.errstate(over="ignore"):
        found = matrix.astype(np.float32, order="C")
    if (np.isinf(found) if missing else ~np.isfinite(found)).any():
        raise UnsureError(NOT_FINITE)
    return found
