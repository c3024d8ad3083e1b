"""A model of several quantiles: one estimator for each, behind one preprocessing. Part of what a model's pickle names: it stays here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Levels:
    """Answers (n, levels), a column for each estimator, as they say it: sorting is left to who measures or shows."""

    def __init__(self, preprocess: Any, estimators: Sequence[Any]) -> None:
        self.preprocess, self.estimators = preprocess, list(estimators)

    def fit(self, features: Any, target: Any, weights: Any = None) -> Levels:
        """Fit the preprocessing once, and each estimator on what it makes of `features`; `target`, `weights` (n,)."""
        matrix = self.preprocess.fit_transform(features, target)
        counts = {} if weights is None else {"sample_weight": weights}
        for estimator in self.estimators:
            estimator.fit(matrix, target, **counts)
        return self

    def predict(self, features: Any) -> Any:
        """Return (n, levels) doubles."""
        import numpy as np

        matrix = self.preprocess.transform(features)
        return np.column_stack([np.asarray(e.predict(matrix), dtype=np.float64).reshape(-1) for e in self.estimators])
