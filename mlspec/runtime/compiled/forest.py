"""RandomForest, ExtraTrees and DecisionTree of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mlspec.runtime.compiled.one_tree import Names, asked, in_turn, joined, numbered, thresholds_of
from mlspec.runtime.compiled.refused import need
from mlspec.runtime.compiled.scorer import Array, Scores, single_precision

FEW = 16
"""Rows up to which all trees are asked in one call; for more, each tree for all rows."""
MOST_NODES = 5_000_000
"""Nodes beyond which a forest is not held twice (64 bytes each, and its values)."""
TREE_NAMES = Names("left_child", "right_child", "feature", "threshold")


class Forest:
    """The mean of trees: of their values, or of their shares of the classes."""

    alone = True

    def __init__(self, estimator: Any, trees: Sequence[Any]) -> None:
        self.trees, self.features = [t.tree_ for t in trees], int(estimator.n_features_in_)
        need(all(t.n_outputs == 1 for t in self.trees), "its trees answer more than one value")
        self.classes = getattr(estimator, "classes_", None)
        self.missing = bool(trees[0].__sklearn_tags__().input_tags.allow_nan)
        self.single = trees[0] is estimator
        self._joined = _joined(self.trees, self.features)
        self._rows = numbered(len(self.trees), self.features, np.float32)

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        found = self._mean(single_precision(matrix, missing=self.missing))
        if self.classes is None:
            return found[:, 0], None
        return self.classes.take(np.argmax(found, axis=1), axis=0), found

    def thresholds(self) -> dict[int, Array]:
        """Some of the thresholds of each column."""
        return thresholds_of([t.__getstate__()["nodes"] for t in self.trees], TREE_NAMES)

    def _mean(self, rows: Array) -> Array:
        """(n, 1) of values, or (n, classes)."""
        if self.single:
            return self.trees[0].predict(rows)  # type: ignore[no-any-return]
        if self._joined is None or len(rows) > FEW:
            total = np.zeros((len(rows), self.trees[0].max_n_classes))
            for tree in self.trees:
                total += tree.predict(rows)
        else:
            values = self._joined(asked(self._rows, rows))
            if values.size == len(self.trees):  # one row, one value a tree
                return (np.add.accumulate(values.ravel())[-1:] + 0.0).reshape(1, 1) / len(self.trees)
            total = in_turn(values.reshape(len(rows), len(self.trees), -1)) + 0.0
        return total / len(self.trees)


def _joined(trees: Sequence[Any], features: int) -> Callable[[Array], Array] | None:
    """Answers all trees in one call; None for a forest that is too large to be held twice, and for a tree alone."""
    from sklearn.tree._tree import Tree

    if len(trees) == 1 or sum(t.node_count for t in trees) > MOST_NODES:
        return None
    states = [t.__getstate__() for t in trees]
    nodes, _ = joined([s["nodes"] for s in states], TREE_NAMES, features)
    values = np.concatenate([np.zeros((len(trees) - 1, *states[0]["values"].shape[1:])), *(s["values"] for s in states)])
    one = Tree(features + 1, np.array([values.shape[2]], dtype=np.intp), 1)
    one.__setstate__({"max_depth": 0, "node_count": len(nodes), "nodes": nodes, "values": values})  # as a pickle is read; no depth is asked
    return one.predict  # type: ignore[no-any-return]


def compile_tree(estimator: Any) -> Forest:
    """A tree that stands alone."""
    return Forest(estimator, [estimator])


def compile_forest(estimator: Any) -> Forest:
    """A forest; its trees are added up in their order, as one job does it."""
    return Forest(estimator, estimator.estimators_)
