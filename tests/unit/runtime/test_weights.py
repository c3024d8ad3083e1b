"""Rows that count more than others: by a column, by their class; what can't weigh, and what can't be a weight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.sections import section

from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.predict import predict

LOGISTIC, BOOSTING = "sklearn.linear_model.LogisticRegression", "sklearn.ensemble.HistGradientBoostingClassifier"
FEW: dict[str, Any] = {"max_iter": 5, "min_samples_leaf": 5}


def columns(count: int = 60, **more: Any) -> dict[str, Any]:
    dice = np.random.default_rng(5)
    size = dice.normal(size=count)
    found = {"id": np.arange(count), "size": size, "copies": dice.integers(0, 4, count)}
    found["copies"][0] += 1 - found["copies"].sum() % 2  # of an odd number the median is one of them
    found["y"] = 3 * size + dice.normal(0, 1.0, count)
    found["big"] = np.where(size + dice.normal(0, 0.7, count) > 0.5, 2, 1)
    return found | more


def trained(repository: Any, rows: dict[str, Any], params: dict[str, Any], name: str = "model") -> Any:
    repository.put("train.parquet", rows)
    repository.run("train", {**params, "timeColumn": None})
    folder = repository.folder / name
    return load_model(folder, digest_folder(folder))


def binary(estimator: str, **more: Any) -> dict[str, Any]:
    return section(estimator, task="binary", target="big", features={"include": ["size"]}, **more)


@pytest.mark.parametrize("baseline", ["mean", "median", {"estimator": {"class": "sklearn.linear_model.LinearRegression", "params": {}}}])
def test_a_weight_is_so_many_copies_of_the_row_in_model_and_baseline(repository, baseline) -> None:
    import pandas as pd

    rows = columns()
    copied = {name: np.repeat(values, rows["copies"]) for name, values in rows.items()}
    how = {
        "features": {"include": ["size"]},
        "baseline": baseline,
        "preprocess": {**section()["preprocess"], "numeric": {"impute": "median", "scale": "none"}},
    }
    asked = pd.DataFrame({"size": [-1.0, 0.0, 2.0]})
    for name in ("model", "baseline"):
        weighted = trained(repository, rows, section(**how, weights="copies"), name)
        repeated = trained(repository, copied, section(**how), name)
        assert predict(weighted, asked).predicted == pytest.approx(predict(repeated, asked).predicted, rel=1e-9)
        plain = trained(repository, rows, section(**how), name)
        assert predict(plain, asked).predicted != pytest.approx(predict(weighted, asked).predicted, rel=1e-6)


def test_the_column_of_weights_is_no_feature(repository) -> None:
    found = trained(repository, columns(), section(features={"exclude": ["big"]}, weights="copies"))
    assert found.signature.names == ["size"]


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ([1.0, -1.0], "2 training rows a negative weight"),
        ([1.0, None], "2 training rows no weight"),
        ([1.0, np.inf], "2 training rows an infinite weight"),
        ([0.0, 0.0], "have the weight 0"),
        (["a", "b"], "holds no numbers"),
    ],
)
def test_what_is_no_weight_is_refused(repository, weights, says) -> None:
    with pytest.raises(Problems, match="MLS0637") as caught:
        trained(repository, columns(4, copies=weights * 2), section(features={"include": ["size"]}, weights="copies"))
    assert says in caught.value.diagnostics[0].message


def test_a_class_that_takes_no_weights_is_refused(repository) -> None:
    with pytest.raises(Problems, match="`KNeighborsRegressor` can't weigh rows"):
        trained(repository, columns(), section("sklearn.neighbors.KNeighborsRegressor", weights="copies"))


@pytest.mark.parametrize("declared", ["balanced", {"1": 1.0, "2": 7.0}, {"2": 7.0}])
@pytest.mark.parametrize("estimator", [LOGISTIC, BOOSTING, "sklearn.naive_bayes.GaussianNB"])
def test_classes_are_weighted_whoever_does_it(repository, estimator, declared) -> None:
    """Classes 1 and 2: HistGradientBoostingClassifier itself would take the number 1 for class 2."""
    import pandas as pd
    from sklearn.utils.class_weight import compute_sample_weight

    rows = columns()
    named = declared if isinstance(declared, str) else {int(label): weight for label, weight in declared.items()}
    by_rows = columns(copies=compute_sample_weight(named, rows["big"]))
    asked = pd.DataFrame({"size": np.linspace(-2, 2, 9)})
    params = FEW if estimator == BOOSTING else {}
    found = trained(repository, rows, binary(estimator, params=params, classWeight=declared))
    told = repository.json("train.json")["classWeight"]
    assert told == ("class_weight" if declared == "balanced" and estimator in (LOGISTIC, BOOSTING) else "sample_weight")
    same = trained(repository, by_rows, binary(estimator, params=params, weights="copies"))
    assert predict(found, asked).proba == pytest.approx(predict(same, asked).proba, rel=1e-9)


def test_both_weights_multiply_and_the_baseline_knows_no_class_weight(repository) -> None:
    import pandas as pd

    rows, asked = columns(), pd.DataFrame({"size": [0.0, 1.0]})
    both = columns(copies=rows["copies"] * np.where(rows["big"] == 2, 7.0, 1.0))
    found = trained(repository, rows, binary(LOGISTIC, weights="copies", classWeight={"2": 7.0}))
    same = trained(repository, both, binary(LOGISTIC, weights="copies"))
    assert predict(found, asked).proba == pytest.approx(predict(same, asked).proba, rel=1e-6)
    floor = trained(repository, rows, binary(LOGISTIC, weights="copies", classWeight={"2": 7.0}), "baseline")
    share = rows["copies"][rows["big"] == 2].sum() / rows["copies"].sum()
    told = predict(floor, asked).proba
    assert told is not None
    assert told[:, 1] == pytest.approx(share)


def test_a_class_that_is_not_there(repository) -> None:
    with pytest.raises(Problems, match="MLS0637") as caught:
        trained(repository, columns(), binary(LOGISTIC, classWeight={"3": 2.0}))
    assert "names `3`" in caught.value.diagnostics[0].message


def test_quantiles_are_of_weighted_rows(repository) -> None:
    import pandas as pd

    rows = columns()
    heavy = columns(copies=np.where(rows["y"] > 0, 50.0, 1.0))
    how = {"task": "quantile", "quantiles": [0.1, 0.5], "baseline": "quantiles", "features": {"include": ["size"]}}
    asked = pd.DataFrame({"size": [0.0]})
    of = section("sklearn.ensemble.HistGradientBoostingRegressor", params=FEW, **how)
    for name in ("model", "baseline"):
        plain = predict(trained(repository, rows, of, name), asked).predicted
        weighted = predict(trained(repository, heavy, of | {"weights": "copies"}, name), asked).predicted
        assert (weighted > plain).all()
