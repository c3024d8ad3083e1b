"""HistGradientBoosting and GradientBoosting of scikit-learn: their own walks over trees, without what stands before."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlspec.runtime.compiled.forest import TREE_NAMES
from mlspec.runtime.compiled.one_tree import Names, asked, in_turn, joined, numbered, thresholds_of
from mlspec.runtime.compiled.refused import exactly, need
from mlspec.runtime.compiled.scorer import Array, Scores, single_precision

FEW = 16
"""Rows up to which all trees are asked in one call; for more, each tree for all rows."""
_NAMES = Names("left", "right", "feature_idx", "num_threshold")


class HistBoosting:
    """A baseline, and trees that are added to it one after another, each over float64."""

    alone = True

    def __init__(self, estimator: Any) -> None:
        from sklearn.ensemble._hist_gradient_boosting._predictor import _predict_from_raw_data

        need(estimator._preprocessor is None, "it takes categories of its own (`categorical_features`)")  # noqa: SLF001
        need(estimator._baseline_prediction.dtype == np.float64, "its baseline is no double")  # noqa: SLF001
        self.estimator, self.walk = estimator, _predict_from_raw_data
        self.rounds = [[p.nodes for p in trees] for trees in estimator._predictors]  # noqa: SLF001
        self.outputs, self.features = estimator.n_trees_per_iteration_, estimator._n_features  # noqa: SLF001
        self._start = estimator._baseline_prediction.flat[0]  # noqa: SLF001
        trees = [nodes for nodes_of_round in self.rounds for nodes in nodes_of_round]
        need(not any(nodes["is_categorical"].any() for nodes in trees), "its trees split by category")
        self.nodes, _ = joined(trees, _NAMES, self.features)
        self._rows = numbered(len(trees), self.features, np.float64)
        self._no_categories = np.zeros((0, 8), np.uint32), np.zeros((0, 8), np.uint32), np.zeros(self.features + 1, np.uint32)

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        raw = self._few(matrix) if len(matrix) <= FEW else self._many(matrix)
        loss, classes = self.estimator._loss, getattr(self.estimator, "classes_", None)  # noqa: SLF001
        if classes is None:
            return loss.link.inverse(raw.ravel()), None
        chosen = (raw.ravel() > 0).astype(int) if raw.shape[1] == 1 else np.argmax(raw, axis=1)
        return classes[chosen], loss.predict_proba(raw)

    def thresholds(self) -> dict[int, Array]:
        """Some of the thresholds of each column."""
        return thresholds_of([nodes for trees in self.rounds for nodes in trees], _NAMES)

    def _few(self, matrix: Array) -> Array:
        values = self._walk(self.nodes, asked(self._rows, matrix))
        if len(matrix) == self.outputs == 1:
            values[0] += self._start  # first: so the estimator adds, too
            return np.add.accumulate(values)[-1:].reshape(1, 1)
        values = values.reshape(len(matrix), -1, self.outputs)
        values[:, 0] += self.estimator._baseline_prediction[0]  # noqa: SLF001
        return np.asfortranarray(in_turn(values))

    def _many(self, matrix: Array) -> Array:
        raw = np.zeros((len(matrix), self.outputs), order="F")
        raw += self.estimator._baseline_prediction  # noqa: SLF001
        for trees in self.rounds:
            for k, nodes in enumerate(trees):
                raw[:, k] += self._walk(nodes, matrix)
        return raw

    def _walk(self, nodes: Array, rows: Array) -> Array:
        out = np.empty(len(rows))
        left, known, positions = self._no_categories
        self.walk(nodes, rows, left, known, positions, 1, out)
        return out


class Boosting:
    """What GradientBoosting starts from, and trees over float32, which its own loop adds up in one call."""

    alone = True

    def __init__(self, estimator: Any) -> None:
        from sklearn.dummy import DummyClassifier, DummyRegressor
        from sklearn.ensemble._gradient_boosting import predict_stages

        start = estimator.init_
        need(start == "zero" if isinstance(start, str) else exactly(start, DummyClassifier, DummyRegressor), "it starts from another model")
        self.estimator, self.add = estimator, predict_stages
        self.start = estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_), np.float32))  # noqa: SLF001

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        rows, raw = single_precision(matrix, missing=False), np.repeat(self.start, len(matrix), axis=0)
        self.add(self.estimator.estimators_, rows, self.estimator.learning_rate, raw)
        classes = getattr(self.estimator, "classes_", None)
        if classes is None:
            return raw.ravel(), None
        if raw.shape[1] > 1:
            return classes[np.argmax(raw, axis=1)], self._probabilities(raw)
        return classes[(raw.ravel() >= 0).astype(int)], self._probabilities(raw.ravel())

    def thresholds(self) -> dict[int, Array]:
        """Some of the thresholds of each column."""
        return thresholds_of([t.tree_.__getstate__()["nodes"] for t in self.estimator.estimators_.ravel()], TREE_NAMES)

    def _probabilities(self, raw: Array) -> Array | None:
        return self.estimator._loss.predict_proba(raw) if hasattr(self.estimator, "predict_proba") else None  # noqa: SLF001
