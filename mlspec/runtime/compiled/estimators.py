"""Which estimators are known, each by its exact class."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mlspec.runtime.compiled.boosting import Boosting, HistBoosting
from mlspec.runtime.compiled.forest import compile_forest, compile_tree
from mlspec.runtime.compiled.linear import Linear, LinearClasses, compile_glm
from mlspec.runtime.compiled.refused import NotCompiledError, exactly, need
from mlspec.runtime.compiled.scorer import Array, Scorer, Scores


class Constant:
    """A DummyRegressor or DummyClassifier that says the same of every row."""

    alone = True

    def __init__(self, estimator: Any) -> None:
        need(getattr(estimator, "strategy", None) not in ("stratified", "uniform"), "it answers at random")
        one = np.zeros((1, 1))
        self.answer = np.asarray(estimator.predict(one)).reshape(1, -1)[:, 0]
        self.shares = np.asarray(estimator.predict_proba(one)) if hasattr(estimator, "predict_proba") else None

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        return np.repeat(self.answer, len(matrix)), None if self.shares is None else np.repeat(self.shares, len(matrix), axis=0)


_FORESTS = ("RandomForestRegressor", "RandomForestClassifier", "ExtraTreesRegressor", "ExtraTreesClassifier")
_SUMS = (
    *("LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "Lars", "LassoLars", "BayesianRidge"),
    *("ARDRegression", "HuberRegressor", "SGDRegressor"),
)
_CLASSES = ("LogisticRegression", "LogisticRegressionCV", "SGDClassifier", "RidgeClassifier", "RidgeClassifierCV", "Perceptron")
_KNOWN: Sequence[tuple[str, Sequence[str], Callable[[Any], Scorer]]] = (
    ("sklearn.ensemble", _FORESTS, compile_forest),
    ("sklearn.tree", ("DecisionTreeRegressor", "DecisionTreeClassifier", "ExtraTreeRegressor", "ExtraTreeClassifier"), compile_tree),
    ("sklearn.ensemble", ("HistGradientBoostingRegressor", "HistGradientBoostingClassifier"), HistBoosting),
    ("sklearn.ensemble", ("GradientBoostingRegressor", "GradientBoostingClassifier"), Boosting),
    ("sklearn.linear_model", _SUMS, Linear),
    ("sklearn.linear_model", ("PoissonRegressor", "GammaRegressor", "TweedieRegressor"), compile_glm),
    ("sklearn.linear_model", _CLASSES, LinearClasses),
    ("sklearn.dummy", ("DummyRegressor", "DummyClassifier"), Constant),
)
"""The package that shows a class, the classes, and what becomes of one."""


def compile_estimator(estimator: Any) -> Scorer:
    """Compile a fitted estimator. Raises NotCompiledError for a class that is not known, or is not as it was known."""
    for module, names, compiled in _KNOWN:
        known = (getattr(importlib.import_module(module), name, None) for name in names)
        if exactly(estimator, *(found for found in known if found)):
            return compiled(estimator)
    raise NotCompiledError(f"{type(estimator).__name__} is an estimator that is not known")
