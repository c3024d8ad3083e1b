"""XGBoost, LightGBM and CatBoost by class path, where they are installed: the same bytes twice, any labels, missing values, weights, one thread."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import numpy as np
import pytest
from support.sections import section

from mlspec.diagnostics import Problems, extras
from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.predict import predict, predict_by_own
from mlspec.runtime.train.boosting import Numbered, library_of, settled

CLASSIFIERS = {
    "xgboost": ("xgboost.XGBClassifier", {"n_estimators": 8}),
    "lightgbm": ("lightgbm.LGBMClassifier", {"n_estimators": 8, "min_child_samples": 2}),
    "catboost": ("catboost.CatBoostClassifier", {"iterations": 8}),
}
REGRESSORS = {
    "xgboost": ("xgboost.XGBRegressor", {"n_estimators": 8}),
    "lightgbm": ("lightgbm.LGBMRegressor", {"n_estimators": 8, "min_child_samples": 2}),
    "catboost": ("catboost.CatBoostRegressor", {"iterations": 8}),
}
LIBRARIES = [
    pytest.param(name, marks=pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed"))
    for name in CLASSIFIERS
]
RAW = {"numeric": {"impute": "none", "scale": "none"}, "categorical": {"impute": "missing", "encode": "onehot"}, "text": {"vectorize": "tfidf", "params": {}}}  # fmt: skip
LABELS: dict[str, list[Any]] = {"text": ["no", "yes"], "booleans": [False, True], "numbers from 3": [3, 7]}


@pytest.fixture
def rows(repository) -> dict[str, Any]:
    dice = np.random.default_rng(2)
    size = dice.normal(size=200)
    columns = {
        "id": np.arange(200),
        "size": np.where(dice.random(200) < 0.1, np.nan, size),
        "colour": np.array(["red", "green", None], dtype=object)[dice.integers(0, 3, 200)],
        "w": dice.integers(1, 5, 200),
        "hit": size + dice.normal(0, 0.5, 200) > 0,
        "y": 3 * size + dice.normal(0, 0.1, 200),
    }
    repository.put("train.parquet", columns)
    return columns


def trained(repository: Any, params: dict[str, Any]) -> Any:
    repository.run("train", {**params, "timeColumn": None})
    folder = repository.folder / "model"
    return load_model(folder, digest_folder(folder))


def classes(name: str, **more: Any) -> dict[str, Any]:
    path, params = CLASSIFIERS[name]
    chosen = {"include": ["size", "colour"]}
    return section(path, task="binary", params=params, features=chosen, preprocess=RAW, **more)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("name", LIBRARIES)
def test_classes_of_any_kind_and_the_same_bytes_twice(repository, rows, name, kind) -> None:
    import pandas as pd

    labels = [LABELS[kind][int(hit)] for hit in rows["hit"]]
    repository.put("train.parquet", rows | {"y": labels})
    first = trained(repository, classes(name))
    assert trained(repository, classes(name)).digest == first.digest
    found, own = predict(first, pd.DataFrame(rows)), predict_by_own(first, pd.DataFrame(rows))
    assert (found.predicted == own.predicted).all()
    assert set(found.predicted) == set(LABELS[kind])
    assert (found.predicted == np.array(labels, dtype=object)).mean() > 0.75
    assert first.signature.classes == tuple(LABELS[kind])
    assert first.signature.libraries[name]
    assert not list(repository.root.rglob("catboost_info"))


@pytest.mark.slow
@pytest.mark.parametrize("name", LIBRARIES)
def test_the_seed_reaches_it_and_threads_do_not(repository, rows, name, monkeypatch: pytest.MonkeyPatch) -> None:
    how = {
        "subsample": 0.5,
        **({"bagging_freq": 1} if name == "lightgbm" else {}),
        **({"bootstrap_type": "Bernoulli"} if name == "catboost" else {}),
    }
    path, params = REGRESSORS[name]
    digests = []
    for seed, threads in ((1, "1"), (1, "2"), (2, "1")):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        of = section(path, params=params | how, features={"include": ["size"]}, preprocess=RAW, seed=seed)
        digests.append(trained(repository, of).digest)
    assert digests[0] == digests[1] != digests[2]
    assert os.environ["OMP_NUM_THREADS"] == "1"


@pytest.mark.slow
@pytest.mark.parametrize("name", LIBRARIES)
def test_weights_calibration_and_threshold_go_with_it(repository, rows, name) -> None:
    import pandas as pd

    repository.put("train.parquet", rows | {"y": np.where(rows["hit"], "yes", "no")})
    held = {"heldOut": {"folds": 3}, "split": {"strategy": "random"}}
    more = {"weights": "w", "classWeight": {"yes": 4.0}, "calibrate": {"method": "sigmoid"}, "threshold": {"metric": "f1"}}
    found = trained(repository, classes(name, **held, **more))
    answers = predict(found, pd.DataFrame(rows))
    assert answers.proba is not None
    assert (answers.predicted == np.where(answers.proba[:, 1] >= found.estimator.threshold, "yes", "no")).all()
    assert trained(repository, classes(name, **held, **more)).digest == found.digest


def test_what_the_params_say_counts() -> None:
    assert settled("lightgbm", {"num_threads": 4, "force_row_wise": True, "seed": 3}, 7) == {
        "deterministic": True, "verbose": -1, "num_threads": 4, "force_row_wise": True, "seed": 3,
    }  # fmt: skip
    assert settled("xgboost", {}, 7) == {"n_jobs": 1, "random_state": 7}
    assert settled("catboost", {"random_seed": 3, "logging_level": "Silent"}, 7).keys().isdisjoint({"random_state", "verbose"})


def test_a_class_of_the_users_own_with_such_a_base_is_one() -> None:
    base = type("XGBModel", (), {"__module__": "xgboost.sklearn"})
    assert library_of(type("Mine", (base,), {"__module__": "src.models"})) == "xgboost"
    assert library_of(type("Mine", (), {"__module__": "src.xgboost"})) == ""


def test_classes_are_numbered_and_answered_by_name() -> None:
    from sklearn.linear_model import LogisticRegression

    size = np.linspace(-1, 1, 30)[:, None]
    target = np.where(size[:, 0] > 0, "b", "a")
    found = Numbered(LogisticRegression()).fit(size, target, np.ones(30))
    assert (found.predict(size) == target).all()
    assert found.estimator.classes_.tolist() == [0, 1]
    assert found.predict_proba(size).shape == (30, 2)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_what_is_not_installed_names_its_extra(name, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    from mlspec.runtime.user_code import load_class

    assert f"[{name}]" in (extras.advice(f"{name}.sklearn") or "")
    if importlib.util.find_spec(name) is None:
        with pytest.raises(Problems, match=rf"mlspec-gitops\[{name}\]"):
            load_class(CLASSIFIERS[name][0], tmp_path)


TRAINER = """\
import numpy as np
import statsmodels.api as sm


class Logit:
    \"\"\"A fitted logistic regression with its standard errors, as something that predicts.\"\"\"

    def __init__(self, found, names, classes):
        self.found, self.names, self.classes_ = found, names, classes

    def _shares(self, features):
        return self.found.predict(sm.add_constant(features[self.names].astype(float), has_constant="add"))

    def predict(self, features):
        return self.classes_[(np.asarray(self._shares(features)) >= 0.5).astype(int)]

    def predict_proba(self, features):
        share = np.asarray(self._shares(features))
        return np.column_stack([1 - share, share])


def fit(features, target, params):
    classes, codes = np.unique(target, return_inverse=True)
    names = list(features.columns)
    found = sm.Logit(codes, sm.add_constant(features[names].astype(float))).fit(disp=0)
    found.remove_data()
    return Logit(found, names, classes)
"""


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("statsmodels") is None, reason="statsmodels is not installed")
def test_statsmodels_by_a_trainer_as_the_guide_says(repository, rows) -> None:
    """The guide's example, held to scikit-learn's regression without a penalty."""
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    size = np.nan_to_num(rows["size"])
    repository.put("train.parquet", rows | {"size": size, "y": np.where(rows["hit"], "yes", "no")})
    repository.write("src/train.py", TRAINER)
    params = section(task="binary", features={"include": ["size"]}) | {"trainer": {"callable": "src.train:fit"}}
    params.pop("estimator")
    first = trained(repository, params)
    assert trained(repository, params).digest == first.digest
    theirs = LogisticRegression(C=np.inf).fit(size[:, None], rows["hit"])
    found = predict(first, pd.DataFrame({"size": size})).proba
    assert found == pytest.approx(theirs.predict_proba(size[:, None]), abs=1e-3)


def test_the_guide_has_the_example_that_is_tested() -> None:
    from pathlib import Path

    guide = (Path(__file__).resolve().parents[3] / "docs" / "guides" / "models.md").read_text(encoding="utf-8")
    assert TRAINER in guide
