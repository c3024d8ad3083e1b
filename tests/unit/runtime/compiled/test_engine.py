"""What is compiled answers with scikit-learn's own bits, whichever way it is asked; what can't be says why."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn import dummy, ensemble, linear_model, neighbors, svm, tree
from support.pipelines import columns, fitted, frame

from mlspec.diagnostics import Problems
from mlspec.runtime.compiled.choose import engine_of
from mlspec.runtime.compiled.engine import Engine
from mlspec.runtime.inputs import prepare
from mlspec.runtime.predict import Predictions, answer, predict

RAW, ORDINAL = {"impute": "none", "scale": "none"}, {"impute": "none", "encode": "ordinal"}
SMALL: dict[str, Any] = {"n_estimators": 7, "random_state": 0}
HIST: dict[str, Any] = {"max_iter": 9, "min_samples_leaf": 5, "random_state": 0}
KNOWN: list[tuple[Any, int]] = [
    (ensemble.HistGradientBoostingRegressor(**HIST), 0),
    (ensemble.HistGradientBoostingRegressor(loss="poisson", **HIST), 0),
    (ensemble.HistGradientBoostingClassifier(**HIST), 2),
    (ensemble.HistGradientBoostingClassifier(**HIST), 3),
    (ensemble.GradientBoostingRegressor(**SMALL), 0),
    (ensemble.GradientBoostingClassifier(**SMALL), 2),
    (ensemble.GradientBoostingClassifier(**SMALL), 3),
    (ensemble.RandomForestRegressor(**SMALL), 0),
    (ensemble.RandomForestClassifier(n_jobs=2, **SMALL), 3),
    (ensemble.ExtraTreesRegressor(**SMALL), 0),
    (ensemble.ExtraTreesClassifier(**SMALL), 2),
    (tree.DecisionTreeRegressor(random_state=0), 0),
    (tree.DecisionTreeClassifier(random_state=0), 3),
    (linear_model.LinearRegression(), 0),
    (linear_model.Ridge(), 0),
    (linear_model.Lasso(), 0),
    (linear_model.ElasticNet(), 0),
    (linear_model.PoissonRegressor(), 0),
    (linear_model.GammaRegressor(), 0),
    (linear_model.TweedieRegressor(power=1.5), 0),
    (linear_model.SGDRegressor(random_state=0), 0),
    (linear_model.LogisticRegression(), 2),
    (linear_model.LogisticRegression(), 3),
    (linear_model.SGDClassifier(random_state=0), 2),
    (linear_model.SGDClassifier(loss="log_loss", random_state=0), 3),
    (linear_model.RidgeClassifier(), 3),
    (dummy.DummyRegressor(strategy="median"), 0),
    (dummy.DummyClassifier(strategy="prior"), 3),
]


def outcome(ask: Any) -> Any:
    """The answers as bytes and labels, or the refusal's words."""
    try:
        found: Predictions = ask()
    except Problems as refused:
        return str(refused)
    predicted = found.predicted.tobytes() if found.predicted.dtype == np.float64 else found.predicted.tolist()
    return predicted, None if found.proba is None else np.ascontiguousarray(found.proba).tobytes()


def check(engine: Engine, rows: Any) -> None:
    """A table, a request of all rows and one of each row, against the pipeline."""
    prepared = prepare(engine.signature, rows)
    expected = outcome(lambda: answer(engine.estimator, engine.signature, prepared))
    assert outcome(lambda: engine.frame(prepared)) == expected
    assert outcome(lambda: engine.columns(columns(rows))) == expected
    for i in range(min(4, len(rows))):
        one = prepared.iloc[[i]]
        expected = outcome(lambda one=one: answer(engine.estimator, engine.signature, one))
        assert outcome(lambda i=i: engine.columns(columns(rows.iloc[[i]]))) == expected


@pytest.mark.parametrize(("estimator", "classes"), KNOWN, ids=lambda v: type(v).__name__ if hasattr(v, "fit") else str(v))
def test_what_train_makes_is_compiled_and_answers_with_the_same_bits(estimator: Any, classes: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        engine = engine_of(fitted(estimator, classes))
    assert engine.kind == "compiled", engine.reason
    assert "same bits" in engine.reason
    check(engine, frame(30, seed=1))
    check(engine, frame(5, seed=2, missing=0.5))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(
        [k for k in KNOWN if "Hist" in type(k[0]).__name__ or "Forest" in type(k[0]).__name__ or "Ridge" in type(k[0]).__name__]
    ),
    st.sampled_from(["none", "mean", "median", "most_frequent"]),
    st.sampled_from(["none", "standard", "minmax", "robust"]),
    st.sampled_from(["none", "missing", "most_frequent"]),
    st.sampled_from(["onehot", "ordinal"]),
    st.integers(0, 1000),
)
def test_any_preprocessing_answers_with_the_same_bits(known: Any, impute: str, scale: str, fill: str, encode: str, seed: int) -> None:
    estimator, classes = known
    if "Ridge" in type(estimator).__name__:
        impute = "mean" if impute == "none" else impute
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = fitted(estimator, classes, {"impute": impute, "scale": scale}, {"impute": fill, "encode": encode}, seed)
    engine = engine_of(model)
    assert engine.kind == "compiled", engine.reason
    check(engine, frame(20, seed + 1, missing=0.3))


@functools.cache
def _edges(which: int) -> Engine:
    estimators = ensemble.RandomForestRegressor(**SMALL), ensemble.HistGradientBoostingRegressor(**HIST), linear_model.Ridge()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return engine_of(fitted(estimators[which], 0, {"impute": "median", "scale": "none"}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a", 1e39),
        ("b", -1e308),
        ("hour", 2**53 + 2),
        ("a", 2**70),
        ("day", "2026-11-21T08:00:00"),
        ("day", "0001-01-01"),
        ("town", "\x00"),
    ],
)
@pytest.mark.parametrize("which", range(3))
def test_what_is_at_the_edge_is_answered_or_refused_as_by_scikit_learn(which: int, name: str, value: Any) -> None:
    engine = _edges(which)
    row = columns(frame(1, missing=0)) | {name: [value]}

    def by_pandas() -> Predictions:
        import pandas as pd

        wide = pd.DataFrame({n: pd.Series(v, dtype=object) for n, v in row.items()})
        return answer(engine.estimator, engine.signature, prepare(engine.signature, wide))

    assert outcome(lambda: engine.columns(row)) == outcome(by_pandas)


def test_missing_values_are_refused_where_the_model_does_not_take_them() -> None:
    import pandas as pd

    from mlspec.runtime.artifact import LoadedModel
    from mlspec.runtime.signature import Feature, Signature

    rows = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 4.0]})
    signature = Signature("regression", "y", (Feature("a", "numeric", "number"), Feature("b", "numeric", "number")), None, {})
    model = LoadedModel(linear_model.Ridge().fit(rows, rows.a + rows.b), signature, {"inputs": [], "outputs": []}, "")
    engine = engine_of(model)
    assert engine.kind == "compiled", engine.reason
    assert (
        engine.columns({"a": [1], "b": [2.5]}).predicted.tobytes()
        == answer(model.estimator, signature, pd.DataFrame({"a": [1.0], "b": [2.5]})).predicted.tobytes()
    )
    with pytest.raises(Problems, match=r"MLS0665.*Ridge does not accept missing values"):
        engine.columns({"a": [None], "b": [1.0]})


@pytest.mark.parametrize(
    ("estimator", "kind", "why"),
    [
        (svm.SVR(), "compiled-preprocessing", "SVR is an estimator that is not known"),
        (neighbors.KNeighborsRegressor(), "compiled-preprocessing", "KNeighborsRegressor is an estimator that is not known"),
        (
            ensemble.HistGradientBoostingRegressor(categorical_features=[0], max_bins=255, **HIST),
            "compiled-preprocessing",
            "categories of its own",
        ),
    ],
)
def test_an_unknown_estimator_is_asked_itself_on_the_compiled_matrix(estimator: Any, kind: str, why: str) -> None:
    engine = engine_of(fitted(estimator))
    assert (engine.kind, why in engine.reason) == (kind, True), engine.reason
    check(engine, frame(12, seed=1))


class Doubled(linear_model.Ridge):
    """A subclass may do anything."""

    def predict(self, rows: Any) -> Any:
        return 2 * super().predict(rows)


def test_a_subclass_is_no_class_that_is_known() -> None:
    engine = engine_of(fitted(Doubled()))
    assert engine.kind == "compiled-preprocessing"
    check(engine, frame(6, seed=1))


def test_a_method_put_on_an_estimator_is_not_overlooked() -> None:
    model = fitted(linear_model.Ridge())
    own = model.estimator.steps[-1][1]
    own.predict = lambda rows: np.full(len(rows), 7.0)
    assert engine_of(model).kind == "compiled-preprocessing"
    assert predict(model, frame(2)).predicted.tolist() == [7.0, 7.0]


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("mlspec.runtime.compiled.linear.Linear.__call__", "gives other answers"),
        ("mlspec.runtime.compiled.columns.Number.write_row", "other numbers for one row"),
        ("mlspec.runtime.compiled.preprocess.Preprocess.row", "other numbers for one row"),
        ("mlspec.runtime.compiled.columns.Number.write", "other numbers for many rows"),
    ],
)
def test_a_difference_of_one_bit_is_found_and_told(monkeypatch: pytest.MonkeyPatch, target: str, why: str) -> None:
    import importlib

    path, _, name = target.rpartition(".")
    module, _, owner = path.rpartition(".")
    held = getattr(importlib.import_module(module), owner)
    right = getattr(held, name)

    def slightly_wrong(self: Any, *given: Any) -> Any:
        found = right(self, *given)
        if name == "__call__":
            return np.nextafter(found[0], np.inf), found[1]
        if name == "row":
            return [np.nextafter(found[0], np.inf), *found[1:]]
        place = (slice(None), self.place) if name == "write" else self.place
        given[-1][place] = np.nextafter(given[-1][place], np.inf)
        return found

    monkeypatch.setattr(held, name, slightly_wrong)
    scale = "minmax" if name == "write_row" else "standard"  # what is standardised is written in place
    engine = engine_of(fitted(linear_model.Ridge(), numeric={"impute": "median", "scale": scale}))
    assert engine.kind != "compiled"
    assert why in engine.reason


def test_text_is_left_to_scikit_learn() -> None:
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.pipeline import Pipeline

    from mlspec.runtime.artifact import LoadedModel
    from mlspec.runtime.signature import Feature, Signature
    from mlspec.runtime.train.folder import smoke

    rows = pd.DataFrame({"words": ["a big dog", "a cat", None, "dog dog"]})
    signature = Signature("regression", "y", (Feature("words", "text", "string"),), None, {})
    steps = ColumnTransformer([("text-words", CountVectorizer(), "words")])
    pipeline = Pipeline([("preprocess", steps), ("estimator", linear_model.Ridge())]).fit(prepare(signature, rows), [1.0, 2, 3, 4])
    engine = engine_of(LoadedModel(pipeline, signature, smoke(pipeline, signature, rows), ""))
    assert engine.kind == "scikit-learn"
    assert engine.reason == "it takes text"
    assert engine.alone
    check(engine, rows)
