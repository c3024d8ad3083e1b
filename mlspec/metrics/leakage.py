"""A sign of leakage: a feature that alone tells the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd

SAMPLE = 5000


def single_feature_scores(frame: pd.DataFrame, features: Sequence[str], target: str, task: str, seed: int) -> Mapping[str, float]:
    """Return for each feature how much of the target it explains alone, 0 to 1, cross-fitted on at most 5,000 rows.

    A tree of depth 6 on the one feature: R^2 for regression, and for classes how far balanced accuracy is above chance,
    (b - 1/k) / (1 - 1/k).
    """
    rows = frame if len(frame) <= SAMPLE else frame.sample(SAMPLE, random_state=seed)
    target_values = rows[target].to_numpy()
    return {name: _score(_codes(rows[name]), target_values, task, seed) for name in features}


def _codes(column: pd.Series[Any]) -> Array:
    """Numbers as they are, all else as codes by sorted value; missing is a value of its own."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        values = column.astype("float64").to_numpy()
        return np.where(np.isnan(values), -1e18, values)
    return pd.factorize(column.astype("string"), sort=True)[0].astype(np.float64)


def _score(feature: Array, target: Array, task: str, seed: int) -> float:
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if TASKS[task].has_numbers:
        values = target.astype(np.float64)
        guess = cross_val_predict(
            DecisionTreeRegressor(max_depth=6, min_samples_leaf=5), feature[:, None], values, cv=KFold(3, shuffle=True, random_state=seed)
        )
        spread = float(((values - values.mean()) ** 2).sum())
        return _share(1 - float(((values - guess) ** 2).sum()) / spread if spread > 0 else 0.0)
    labels = np.asarray([str(v) for v in target])
    names, counts = np.unique(labels, return_counts=True)
    if len(names) < 2 or counts.min() < 3:
        return 0.0
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    guess = cross_val_predict(DecisionTreeClassifier(max_depth=6, min_samples_leaf=5), feature[:, None], labels, cv=folds)
    balanced = float(np.mean([(guess[labels == n] == n).mean() for n in names]))
    return _share((balanced - 1 / len(names)) / (1 - 1 / len(names)))


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 6)
