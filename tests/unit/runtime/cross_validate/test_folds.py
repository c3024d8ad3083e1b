"""The stage cross_validate: the same numbers as scikit-learn's own cross-validation, of model and baseline, and none of test rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from support.stage_folder import Repository

from mlspec.runtime.artifact import digest_file

TRAIN: dict[str, Any] = {
    "task": "regression",
    "target": "y",
    "key": [],
    "features": {"exclude": [], "numeric": [], "categorical": [], "text": []},
    "types": {},
    "preprocess": {
        "numeric": {"impute": "median", "scale": "standard"},
        "categorical": {"impute": "most_frequent", "encode": "onehot"},
        "text": {"vectorize": "tfidf", "params": {}},
    },
    "estimator": {"class": "sklearn.linear_model.Ridge", "params": {"alpha": 3.0}},
    "baseline": "mean",
    "seed": 7,
}


def section(**changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "task": "regression",
        "target": "y",
        "key": [],
        "metrics": ["mae", "r2"],
        "confidence": 0.95,
        "folds": 4,
        "repeats": 1,
        "seed": 7,
        "split": {"strategy": "random"},
        "train": TRAIN,
    }
    return found | changed


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found, rng = Repository(tmp_path), np.random.default_rng(3)
    x, z = rng.normal(size=60), rng.normal(size=60)
    found.put("train.parquet", {"x": x, "z": z, "g": [f"g{i % 6}" for i in range(60)], "y": 2 * x - z + rng.normal(size=60)})
    return found


def test_values_are_scikit_learns(repository: Repository) -> None:
    from sklearn.compose import make_column_transformer
    from sklearn.dummy import DummyRegressor
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import KFold, cross_validate
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    repository.run("cross_validate", section(repeats=2))
    found, rows = repository.json("cross_validation.json"), repository.parquet("train.parquet")
    prepared = make_column_transformer((StandardScaler(), ["x", "z"]), (OneHotEncoder(handle_unknown="ignore"), ["g"]))
    for part, model in (("model", make_pipeline(prepared, Ridge(alpha=3.0))), ("baseline", DummyRegressor())):
        values: dict[str, list[float]] = {"mae": [], "r2": []}
        for seed in (7, 7 + 1_000_003):
            folds = KFold(4, shuffle=True, random_state=seed)
            asked = cross_validate(model, rows, rows.y, cv=folds, scoring={"mae": "neg_mean_absolute_error", "r2": "r2"})
            values["mae"] += (-asked["test_mae"]).tolist()
            values["r2"] += asked["test_r2"].tolist()
        for metric, one in found["metrics"].items():
            if part == "model":
                assert one["values"] == pytest.approx(values[metric])
                assert one["low"] < one["value"] < one["high"]
            else:
                assert one["baseline"] == pytest.approx(np.mean(values[metric]))
    assert found["rows"] == 60 and found["inputs"] == {"train.parquet": digest_file(repository.folder / "train.parquet")}
    assert repository.json("validation_metrics.json")["mae"] == found["metrics"]["mae"]["value"]


def test_groups_stay_together_and_more_folds_than_groups_are_refused(repository: Repository) -> None:
    repository.run("cross_validate", section(split={"strategy": "group", "group": "g"}, folds=3))
    assert len(repository.json("cross_validation.json")["metrics"]["mae"]["values"]) == 3
    (told,) = repository.fails("cross_validate", section(split={"strategy": "group", "group": "g"}, folds=7))
    assert told.code == "MLS0658" and "7 folds need 7 groups" in told.message


def test_time_learns_from_what_came_before_and_has_no_interval(repository: Repository) -> None:
    rows = repository.parquet("train.parquet")
    times = pa.array(range(60), pa.timestamp("us"))
    repository.put("train.parquet", pa.table({"x": rows.x, "y": rows.y, "t": times}))
    train = TRAIN | {"timeColumn": "t"}
    repository.run("cross_validate", section(split={"strategy": "time"}, train=train, timeColumn="t", folds=5))
    one = repository.json("cross_validation.json")["metrics"]["mae"]
    assert len(one["values"]) == 5 and one["low"] is None and one["high"] is None


def test_a_class_that_a_metric_needs_and_a_fold_lacks_is_told(repository: Repository) -> None:
    rows = repository.parquet("train.parquet")
    repository.put("train.parquet", {"x": rows.x, "g": rows.g, "y": [1 if i % 6 < 2 else 0 for i in range(60)]})
    train = TRAIN | {
        "task": "binary",
        "estimator": {"class": "sklearn.linear_model.LogisticRegression", "params": {}},
        "baseline": "majority",
    }
    asked = section(task="binary", metrics=["accuracy", "roc_auc"], train=train)
    repository.run("cross_validate", asked)
    assert repository.json("cross_validation.json")["metrics"]["roc_auc"]["value"] is not None
    repository.run("cross_validate", asked | {"split": {"strategy": "group", "group": "g"}, "folds": 6})
    found = repository.json("cross_validation.json")["metrics"]
    assert found["roc_auc"]["value"] is None and found["accuracy"]["value"] is not None


def test_the_same_bytes_twice(repository: Repository) -> None:
    repository.run("cross_validate", section(repeats=2))
    before = (repository.folder / "cross_validation.json").read_bytes()
    repository.run("cross_validate", section(repeats=2))
    assert (repository.folder / "cross_validation.json").read_bytes() == before
