"""A model that says how odd a row is. Part of what a model's pickle names: it stays here."""

from __future__ import annotations

from typing import Any


class Outliers:
    """Preprocessing and a detector of scikit-learn's interface, fitted without a target. The answer is the greater, the odder a row is:
    `score_samples` with its sign turned, which says how normal it is (scikit-learn 1.9, `OutlierMixin` and the densities).
    """

    def __init__(self, preprocess: Any, estimator: Any) -> None:
        self.preprocess, self.estimator = preprocess, estimator

    def fit(self, features: Any, target: Any = None) -> Outliers:
        """Fit both on `features` (n, columns). What is handed over as `target` is not looked at."""
        del target
        self.estimator.fit(self.preprocess.fit_transform(features))
        return self

    def predict(self, features: Any) -> Any:
        """Return (n,) doubles."""
        import numpy as np

        found: Any = -np.asarray(self.estimator.score_samples(self.preprocess.transform(features)), dtype=np.float64).reshape(-1)
        return found
