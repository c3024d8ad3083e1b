"""Fits by query: estimators that learn an order are told which rows are compared; any other sees rows one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]

RANKERS = {"lightgbm.sklearn.LGBMRanker": "group", "xgboost.sklearn.XGBRanker": "qid"}
"""By where the class is defined: what its `fit` takes, sizes of the queries as they follow each other, or each row's query, rising."""


def fit_by_query(pipeline: Any, features: pd.DataFrame, target: Array, queries: Array | None) -> Any:
    """Fit a pipeline whose last step is called `estimator`; `queries` (n,): a number for each row's, None where there are none.

    Rows of a query are put together for a ranker, and keep their order otherwise.
    """
    name = _ranker(pipeline) if queries is not None else None
    if name is None or queries is None:
        return pipeline.fit(features, target)
    order = np.argsort(queries, kind="stable")
    given = queries[order]
    told = np.unique(given, return_counts=True)[1] if name == "group" else given
    return pipeline.fit(features.iloc[order].reset_index(drop=True), target[order], **{f"estimator__{name}": told})


def _ranker(pipeline: Any) -> str | None:
    steps = getattr(pipeline, "steps", None)
    if not steps:
        return None
    return next((RANKERS[path] for one in type(steps[-1][1]).__mro__ if (path := f"{one.__module__}.{one.__qualname__}") in RANKERS), None)
