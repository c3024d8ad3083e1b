"""Categories that are many, rare or new: encoded by the target without telling rows their own, put together, or answered as the mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.sections import PREPROCESS, section

from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.compiled.choose import engine_of
from mlspec.runtime.predict import predict, predict_by_own


def with_(**steps: Any) -> dict[str, Any]:
    return {**PREPROCESS, "categorical": {"impute": "missing", "encode": "onehot", **steps}}


def trained(repository: Any, rows: dict[str, Any], params: dict[str, Any]) -> Any:
    repository.put("train.parquet", rows)
    repository.run("train", {**params, "timeColumn": None})
    folder = repository.folder / "model"
    return load_model(folder, digest_folder(folder))


def shops(count: int = 400) -> dict[str, Any]:
    dice = np.random.default_rng(4)
    number = dice.integers(0, 40, count)
    return {
        "id": np.arange(count),
        "shop": np.array([f"s{n}" for n in number], dtype=object),
        "name": np.array([f"n{i}" for i in range(count)], dtype=object),
        "y": np.round(number / 4 + dice.normal(0, 1, count)),
    }


def test_a_target_encoding_tells_no_row_its_own_target(repository) -> None:
    """A name a row: encoded by the row's own target it would be the answer, and training rows would have no error."""
    rows = shops()
    found = trained(repository, rows, section(features={"include": ["name"]}, preprocess=with_(encode="target")))
    error = np.abs(predict(found, pd.DataFrame(rows)).predicted - rows["y"]).mean()
    assert error > 0.9 * np.abs(rows["y"] - rows["y"].mean()).mean()


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass", "quantile"])
def test_what_is_learned_of_many_categories(repository, task) -> None:
    """Whole numbers are no classes, whatever they look like; each class of several has a column."""
    rows = shops()
    more: dict[str, Any] = {"estimator": "sklearn.linear_model.LogisticRegression"}
    if task == "regression":
        more = {"estimator": "sklearn.linear_model.Ridge"}
    elif task == "quantile":
        more = {"estimator": "sklearn.linear_model.QuantileRegressor", "quantiles": [0.5], "baseline": "quantiles"}
    else:
        rows["y"] = np.array(["low", "high"] if task == "binary" else ["low", "middle", "high"], dtype=object)[
            np.digitize(rows["y"], [5] if task == "binary" else [3, 7])
        ]
    params = section(task=task, features={"include": ["shop"]}, preprocess=with_(encode="target"), **more)
    found, frame = trained(repository, rows, params), pd.DataFrame(rows)
    pipeline = found.estimator
    first = getattr(pipeline, "preprocess", None) or pipeline.steps[0][1]
    assert first.transform(frame[["shop"]]).shape[1] == (3 if task == "multiclass" else 1)
    answers = predict(found, frame).predicted
    if task in ("regression", "quantile"):
        assert np.corrcoef(answers.reshape(-1), rows["y"])[0, 1] > 0.85
    else:
        assert (answers == rows["y"]).mean() > 0.75
    unknown, known = (predict(found, pd.DataFrame({"shop": [name, None]})).predicted[0] for name in ("new", "s39"))
    if task == "regression":
        assert abs(unknown - rows["y"].mean()) < 1.0 < abs(known - rows["y"].mean())


def test_the_encoding_is_the_seeds_and_falls_back_in_the_open(repository) -> None:
    rows = shops()
    params = section(features={"include": ["shop"]}, preprocess=with_(encode="target"))
    first = trained(repository, rows, params)
    assert trained(repository, rows, params).digest == first.digest
    assert trained(repository, rows, params | {"seed": 8}).digest != first.digest
    engine = engine_of(first)
    assert engine.kind == "scikit-learn"
    assert "TargetEncoder" in engine.reason


@pytest.mark.parametrize("encode", ["onehot", "ordinal"])
def test_rare_categories_are_one_and_unknown_ones_are_of_it(repository, encode) -> None:
    rows = shops() | {"shop": np.array(["a"] * 200 + ["b"] * 190 + [f"r{i}" for i in range(10)], dtype=object)}
    found = trained(repository, rows, section(features={"include": ["shop"]}, preprocess=with_(encode=encode, minRows=5)))
    frame = pd.DataFrame({"shop": ["r0", "r1", "a", "new"]})
    matrix = found.estimator.steps[0][1].transform(frame)
    assert matrix.shape[1] == (3 if encode == "onehot" else 1)
    assert (matrix[0] == matrix[1]).all() and (matrix[0] != matrix[2]).any()
    assert (matrix[3] == (matrix[0] if encode == "onehot" else [-1])).all()
    assert (predict(found, frame).predicted == predict_by_own(found, frame).predicted).all()
