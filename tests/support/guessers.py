"""Data sets and models that guess, for what init's first KPIs must refuse: scikit-learn's packaged data, and data made here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Answered:
    """What a fitted estimator answered for the test rows, as the judge reads it."""

    predicted: Array
    proba: Array | None
    classes: tuple[Any, ...] | None

    @classmethod
    def of(cls, estimator: Any, features: Array) -> Answered:
        proba = estimator.predict_proba(features) if hasattr(estimator, "predict_proba") else None
        return cls(estimator.predict(features), proba, None if proba is None else tuple(estimator.classes_.tolist()))


@dataclass(frozen=True)
class DataSet:
    """Rows and a target; `easy`: a sound model must pass."""

    name: str
    task: str
    features: Array
    target: Array
    easy: bool = True

    @property
    def positive(self) -> float:
        return float((self.target == self.target.max()).mean()) if self.task == "binary" else 0.0


def data_sets() -> list[DataSet]:
    """Three of scikit-learn's, and four made here: a balanced one, one with 3% of the positive class, a skewed target, pure noise."""
    from sklearn import datasets

    cancer, wine, digits = (load(return_X_y=True) for load in (datasets.load_breast_cancer, datasets.load_wine, datasets.load_digits))
    diabetes = datasets.load_diabetes(return_X_y=True)
    even = datasets.make_classification(1500, 8, n_informative=4, class_sep=1.5, random_state=1)
    rare = datasets.make_classification(6000, 8, n_informative=4, weights=[0.97], flip_y=0.002, class_sep=2, random_state=2)
    draw = np.random.default_rng(3)
    x = draw.normal(size=(1500, 3))
    skewed = np.exp(x[:, 0] + 0.3 * x[:, 1] + draw.normal(0, 0.2, 1500))
    return [
        DataSet("breast cancer", "binary", *cancer),
        DataSet("wine", "multiclass", *wine),
        DataSet("digits", "multiclass", *digits),
        DataSet("diabetes", "regression", diabetes[0], diabetes[1], easy=False),
        DataSet("balanced", "binary", *even),
        DataSet("rare", "binary", *rare),
        DataSet("skewed", "regression", x, skewed, easy=False),
        DataSet("line", "regression", x, 3 * x[:, 0] + draw.normal(size=1500)),
        DataSet("noise", "binary", draw.normal(size=(1500, 3)), draw.integers(0, 2, 1500), easy=False),
    ]


def guessers(data: DataSet, seeds: int = 2) -> Iterator[tuple[str, Any]]:
    """(name, estimator) of every strategy of DummyClassifier or DummyRegressor; those that draw, with several seeds."""
    from sklearn.dummy import DummyClassifier, DummyRegressor

    if data.task == "regression":
        for strategy in ("mean", "median"):
            yield strategy, DummyRegressor(strategy=strategy)
        yield "quantile 0.3", DummyRegressor(strategy="quantile", quantile=0.3)
        yield "constant", DummyRegressor(strategy="constant", constant=float(data.target.max()))
        return
    for strategy in ("most_frequent", "prior"):
        yield strategy, DummyClassifier(strategy=strategy)
    for strategy in ("uniform", "stratified"):
        for seed in range(seeds):
            yield f"{strategy} {seed}", DummyClassifier(strategy=strategy, random_state=seed)
    for label in np.unique(data.target)[[0, -1]]:
        yield f"constant {label}", DummyClassifier(strategy="constant", constant=label)


def sound(data: DataSet) -> Any:
    """A simple model that is no guess."""
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = LinearRegression() if data.task == "regression" else LogisticRegression(max_iter=500)
    return make_pipeline(StandardScaler(), model)
