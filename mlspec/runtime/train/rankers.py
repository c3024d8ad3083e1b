"""Fits: estimators that learn an order are told which rows are compared, any other sees rows one by one, each with its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.runtime.train.boosting import steady
from mlspec.runtime.train.levels import Levels
from mlspec.runtime.train.weights import check_takes_weights

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]

RANKERS = {"lightgbm.sklearn.LGBMRanker": "group", "xgboost.sklearn.XGBRanker": "qid"}
"""By where the class is defined: what its `fit` takes, sizes of the queries as they follow each other, or each row's query, rising."""


def fit_rows(model: Any, features: pd.DataFrame, target: Array, queries: Array | None = None, weights: Array | None = None) -> Any:
    """As `_fit_rows`, and equal rows give equal bytes."""
    fitted = _fit_rows(model, features, target, queries, weights)
    for one in fitted.estimators if isinstance(fitted, Levels) else [step for _, step in getattr(fitted, "steps", ())[-1:]]:
        steady(one)
    return fitted


def _fit_rows(model: Any, features: pd.DataFrame, target: Array, queries: Array | None, weights: Array | None) -> Any:
    """Fit a model whose estimator is the last step of a pipeline, or several behind one preprocessing.

    `queries` (n,): a number for each row's, None where there are none; rows of a query are put together for a ranker, and keep their order
    otherwise. `weights` (n,): what each row counts for to the estimator; preprocessing counts each once. Raises MLS0637.
    """
    name = _ranker(model) if queries is not None else None
    if name is not None and queries is not None:
        order = np.argsort(queries, kind="stable")
        given = queries[order]
        told = np.unique(given, return_counts=True)[1] if name == "group" else given
        return model.fit(features.iloc[order].reset_index(drop=True), target[order], **{f"estimator__{name}": told})
    if weights is None:
        return model.fit(features, target)
    return _weighted(model, features, target, weights)


def _weighted(model: Any, features: pd.DataFrame, target: Array, weights: Array) -> Any:
    if isinstance(model, Levels):
        for one in model.estimators:
            check_takes_weights(one)
        return model.fit(features, target, weights)
    check_takes_weights(model.steps[-1][1])
    return model.fit(features, target, estimator__sample_weight=weights)


def _ranker(pipeline: Any) -> str | None:
    steps = getattr(pipeline, "steps", None)
    if not steps:
        return None
    return next((RANKERS[path] for one in type(steps[-1][1]).__mro__ if (path := f"{one.__module__}.{one.__qualname__}") in RANKERS), None)
