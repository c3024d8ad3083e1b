"""A model that says which cluster a row is of. Part of what a model's pickle names: it stays here."""

from __future__ import annotations

from typing import Any


class Clusters:
    """Preprocessing and a clusterer of scikit-learn's interface, fitted without a target. The answer is the number of a cluster, from 0, as
    the clusterer's own `predict` has it.

    `shuffled`: a seed with which each column is shuffled by itself before the fit, so that it learns how each is spread and nothing of
    how they go together: the baseline of decision 60, after the reference of the gap statistic (Tibshirani, Walther & Hastie 2001).
    """

    def __init__(self, preprocess: Any, estimator: Any, shuffled: int | None = None) -> None:
        self.preprocess, self.estimator, self.shuffled = preprocess, estimator, shuffled

    def fit(self, features: Any, target: Any = None) -> Clusters:
        """Fit both on `features` (n, columns), a frame. What is handed over as `target` is not looked at.

        Raises ValueError where no cluster is found, as AffinityPropagation does that did not converge.
        """
        import numpy as np

        del target
        matrix = self.preprocess.fit_transform(features if self.shuffled is None else _shuffled(features, self.shuffled))
        self.estimator.fit(matrix)
        found = np.asarray(self.estimator.predict(matrix)).reshape(-1)
        if not np.issubdtype(found.dtype, np.integer) or found.min() < 0:
            raise ValueError(
                "it finds no cluster for some of the rows it learned from" if found.dtype.kind in "iuf" else "its clusters have no numbers"
            )
        centres = getattr(self.estimator, "cluster_centers_", ())
        shares = self.estimator.predict_proba(matrix[:1]).shape[1] if hasattr(self.estimator, "predict_proba") else 0
        self.classes_ = np.arange(max(int(found.max()) + 1, len(centres), shares))
        return self

    def predict(self, features: Any) -> Any:
        """Return (n,) whole numbers."""
        import numpy as np

        found: Any = np.asarray(self.estimator.predict(self.preprocess.transform(features)), dtype=np.int64).reshape(-1)
        return found

    @property
    def predict_proba(self) -> Any:
        """Of a row's features, the probability of each cluster, (n, clusters); no attribute where the clusterer gives none."""
        inner = self.estimator.predict_proba  # raises AttributeError
        return lambda features: inner(self.preprocess.transform(features))


def _shuffled(features: Any, seed: int) -> Any:
    import numpy as np

    generator = np.random.default_rng(seed)
    return features.assign(**{name: features[name].to_numpy()[generator.permutation(len(features))] for name in features.columns})
