"""Stage tune on small frames, run as DVC runs it: what it finds, what it leaves, and what it does with what can't be searched."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from support.sections import ALPHA, SAMPLER, search
from support.sections import section as train_section
from support.sections import tune_section as section

from mlspec.runtime.tune import inputs_of

OUTPUTS = ("best.json", "trials.jsonl", "trials.csv", "tuning.json")
TRAINER = """\
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline


def fit(features, target, params):
    return make_pipeline(ColumnTransformer([("size", "passthrough", ["size"])]), Ridge(alpha=params["alpha"])).fit(features, target)
"""


@pytest.fixture
def rows(repository, pinned) -> dict[str, Any]:
    """90 rows; by ridge regression they are best learned with little shrinking. `twin` is nearly `size`."""
    import pandas as pd

    dice = np.random.default_rng(3)
    size = dice.normal(size=90)
    columns = {
        "id": np.arange(90),
        "at": pd.date_range("2024-01-01", periods=90, freq="h"),
        "size": size,
        "twin": size + dice.normal(0, 0.01, 90),
        "colour": dice.choice(["red", "green", "blue"], 90),
        "shop": dice.choice(["a", "b", "c", "d"], 90),
        "y": 3 * size + dice.normal(0, 0.1, 90),
    }
    repository.put("train.parquet", columns)
    return columns


def left(repository) -> list[bytes]:
    return [(repository.folder / name).read_bytes() for name in OUTPUTS]


def run(repository, of: dict[str, Any], workers: int = 1, **more: Any) -> Any:
    """Run the stage; return `best.json`."""
    from mlspec.runtime.__main__ import run_stage

    params = {"tune": section(of, **more), "limits": {"workers": workers, "trials": "../../../kept"}}
    (repository.folder / "params.yaml").write_text(json.dumps(params))
    run_stage("tune", repository.folder)
    return repository.json("best.json")


def log(repository) -> list[Any]:
    return [json.loads(line) for line in (repository.folder / "trials.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("engine", ["random", "optuna", "halving"])
def test_workers_change_no_byte(repository, rows, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run(repository, search(engine))
    alone = left(repository)
    monkeypatch.setattr("mlspec.runtime.tune.crew.processors", lambda: 3)
    run(repository, search(engine), workers=3)
    assert left(repository) == alone


def test_values_are_those_of_cross_val_score(repository, rows) -> None:
    """Preprocessing is fitted anew in each fold, or these would differ."""
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import KFold, cross_val_score
    from sklearn.pipeline import Pipeline

    from mlspec.runtime.frames import read_frame
    from mlspec.runtime.inputs import prepare
    from mlspec.runtime.train.features import signature_of
    from mlspec.runtime.train.preprocess import transformer

    run(repository, search(trials=2))
    frame, declared = read_frame(repository.folder / "train.parquet"), section(search())
    signature = signature_of(declared, frame)
    for trial in log(repository):
        steps = [("preprocess", transformer(signature, declared["preprocess"])), ("estimator", Ridge(alpha=trial["params"]["alpha"]))]
        folds = KFold(3, shuffle=True, random_state=7)
        scores = cross_val_score(Pipeline(steps), prepare(signature, frame), frame["y"], cv=folds, scoring="neg_mean_absolute_error")
        assert np.allclose(-scores, trial["values"], rtol=1e-9)


def test_nothing_but_the_training_rows_is_read(repository, rows) -> None:
    """Test rows that can't even be parsed are never met; what was read stands in the result."""
    repository.write("pipelines/data/rentals/test.parquet", b"not to be read")
    found = run(repository, search())
    from mlspec.runtime.artifact import digest_file

    assert found["inputs"] == {"train.parquet": digest_file(repository.folder / "train.parquet")}


def test_a_grid_is_whole(repository, rows) -> None:
    space = {"alpha": {"choices": [0.1, 10.0, 1000.0]}, "fit_intercept": {"choices": [True, False]}}
    of = search("grid", space=space)
    del of["trials"]
    found = run(repository, of)
    assert found["trials"] == {"all": 6, "complete": 6, "pruned": 0, "failed": 0}
    assert found["params"]["alpha"] == 0.1
    assert [one["wave"] for one in log(repository)] == [0, 0, 0, 0, 1, 1]


def test_halving_gives_the_best_all_rows(repository, rows) -> None:
    found = run(repository, search("halving", trials=9))
    shares = [one.get("share", 1.0) for one in log(repository)]
    assert shares == [1 / 9] * 9 + [1 / 3] * 3 + [1.0]
    assert found["number"] == 12


def test_halving_may_grow_a_parameter(repository, rows) -> None:
    of = search(
        "halving", trials=4, halving={"factor": 2, "resource": "n_estimators", "max": 8}, space={"max_depth": {"choices": [1, 2, 3, None]}}
    )
    found = run(repository, of, estimator="sklearn.ensemble.RandomForestRegressor")
    assert [one["params"]["n_estimators"] for one in log(repository)] == [2] * 4 + [4] * 2 + [8]
    assert found["params"]["n_estimators"] == 8


def test_pruned_trials_say_where(repository, rows) -> None:
    found = run(repository, search(trials=24, prune="median", wave=8))
    pruned = [one for one in log(repository) if one["state"] == "pruned"]
    assert pruned and all(one["wave"] > 0 and one["value"] is None and one["prunedAfter"] == len(one["values"]) < 3 for one in pruned)
    assert found["trials"]["pruned"] == len(pruned)


def test_preprocessing_is_searched_too(repository, rows) -> None:
    found = run(repository, search("grid", space={"preprocess.numeric.scale": {"choices": ["none", "standard"]}}, trials=2))
    assert set(found["params"]) == {"preprocess.numeric.scale"}


def test_an_estimator_within_one(repository, rows) -> None:
    base = {"class": "sklearn.ensemble.BaggingRegressor", "params": {"n_estimators": 2}}
    found = run(
        repository, search("grid", space={"n_estimators": {"choices": [1, 3]}}, trials=2), params=base["params"], estimator=base["class"]
    )
    assert found["trials"]["complete"] == 2


@pytest.mark.parametrize(
    ("split", "told"),
    [
        ({"strategy": "group", "group": "shop"}, "groups of the training rows, and there are 4"),
        ({"strategy": "time", "gap": 9e6}, "fold 1 of 9 in time"),
    ],
)
def test_folds_that_can_not_be_cut(repository, rows, split: dict[str, Any], told: str) -> None:
    (only,) = repository.fails("tune", section(search(folds=9), split))
    assert only.code == "MLS0658" and told in only.message


def test_the_first_error_is_told_where_all_fail(repository, rows) -> None:
    of = search("grid", space={"solver": {"choices": ["svd", "lbfgs"]}, "positive": {"choices": [True]}, "alpha": {"choices": [1.0]}})
    of["space"]["solver"]["choices"] = ["svd", "sag"]  # neither knows `positive`
    (only,) = repository.fails("tune", section(of))
    assert only.code == "MLS0659" and "all 2 trials failed; the first: ValueError" in only.message and "svd" in only.message


def test_what_the_estimator_refuses_is_told_before_any_trial(repository, rows) -> None:
    (only,) = repository.fails("tune", section(search(space={"alpha": {"low": -5, "high": 1}})))
    assert only.code == "MLS0666" and "`alpha: -5.0`" in only.message


def test_a_metric_without_a_value_fails_the_trial(repository, rows) -> None:
    repository.put("train.parquet", {**rows, "y": np.zeros(90)})
    (only,) = repository.fails("tune", section(search(metric="r2")))
    assert only.code == "MLS0659" and "`r2` has no value on fold 1" in only.message


def test_probabilities_that_are_not_given(repository, rows) -> None:
    repository.put("train.parquet", {**rows, "y": np.where(rows["y"] > 0, "yes", "no")})
    params = section(search(metric="roc_auc"), estimator="sklearn.linear_model.RidgeClassifier", task="binary")
    (only,) = repository.fails("tune", params)
    assert only.code == "MLS0659" and "`roc_auc` needs probabilities" in only.message


def test_classes_are_shared_out(repository, rows) -> None:
    """Seven rows of a class stand on all three sides, so that the metric is defined."""
    repository.put("train.parquet", {**rows, "y": np.where(np.arange(90) % 13 == 0, "yes", "no")})
    found = run(
        repository,
        search(metric="roc_auc", space={"C": ALPHA["alpha"]}),
        estimator="sklearn.linear_model.LogisticRegression",
        task="binary",
    )
    assert found["greater"] and found["trials"]["complete"] == 8


def test_optimism_and_gain_are_told(repository, rows) -> None:
    found = run(repository, search(), params={"alpha": 500.0})
    assert found["gain"] > 0.5 and abs(found["optimism"]) < 0.1
    assert math.isclose(found["optimism"], found["fresh"] - found["value"], abs_tol=1e-9)


def test_the_whole_procedure_on_outer_folds(repository, rows) -> None:
    found = run(repository, search(trials=3, nested={"folds": 3}))["nested"]
    assert len(found["values"]) == len(found["params"]) == 3
    assert found["low"] < found["value"] < found["high"]


def test_a_budget_of_time_repeats_its_count(repository, rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run stops where its clock says; the next, whose clock stands still, does as many."""
    ticks = iter(range(0, 10_000, 40))
    monkeypatch.setattr("mlspec.runtime.tune.waves.time.monotonic", lambda: next(ticks))
    from mlspec.runtime.tune import waves

    monkeypatch.setattr(
        waves.Budget, "__post_init__", lambda self: (setattr(self, "clock", lambda: next(ticks)), setattr(self, "began", 0.0))[0]
    )
    of = search(trials=1000, timeout=100.0)
    first = run(repository, of)
    assert first["stopped"] == "timeout" and first["trials"]["all"] == 12
    again = left(repository)
    monkeypatch.undo()
    run(repository, of)
    assert left(repository) == again


def test_another_optuna_is_refused(repository, rows) -> None:
    of = search("optuna", sampler={**SAMPLER, "version": "4.9.0"})
    (only,) = repository.fails("tune", section(of))
    assert only.code == "MLS0657" and "4.9.0" in only.message


def test_the_model_keeps_what_was_found(repository, rows) -> None:
    from mlspec.runtime.artifact import digest_folder, load_model

    best = run(repository, search())
    repository.run("train", train_section(tuned=True))
    model = load_model(repository.folder / "model", digest_folder(repository.folder / "model"))
    assert model.estimator.steps[-1][1].alpha == best["params"]["alpha"]
    assert json.loads((repository.folder / "model" / "tuning.json").read_text()) == best


def test_a_trainer_is_searched(repository, rows) -> None:
    repository.write("src/__init__.py", "")
    repository.write("src/train.py", TRAINER)
    params = section(search(), trainer={"callable": "src.train:fit", "inputs": {}, "params": {"alpha": 900.0}})
    del params["estimator"]
    repository.run("tune", params)
    assert repository.json("best.json")["params"]["alpha"] < 100


def test_inputs_are_named_by_content(repository, rows) -> None:
    from mlspec.runtime.context import Context

    found = inputs_of(Context("tune", repository.root, repository.folder, {}))
    assert list(found) == ["train.parquet"] and found["train.parquet"].startswith("sha256:")


def test_sets_of_labels_are_searched(repository, rows) -> None:
    """Of the task multilabel, whose answers are sets: the metric is measured of them."""
    sets = [[name for name, there in (("big", size > 0.5), ("small", size < 0)) if there] for size in rows["size"]]
    repository.put("train.parquet", {**rows, "y": sets})
    of = search(metric="f1_micro", trials=2, space={"estimator__C": ALPHA["alpha"]})
    params = {"estimator": {"class": "sklearn.linear_model.LogisticRegression", "params": {}}}
    found = run(repository, of, estimator="sklearn.multioutput.MultiOutputClassifier", params=params, task="multilabel")
    assert found["trials"]["complete"] == 2 and found["value"] > 0.5


def test_quantiles_are_searched(repository, rows) -> None:
    """An estimator for each level, all of one setting."""
    of = search(metric="pinball", trials=2, space={"alpha": {"low": 0.0001, "high": 1, "log": True}})
    more: dict[str, Any] = {"quantiles": [0.1, 0.5, 0.9], "task": "quantile"}
    found = run(repository, of, estimator="sklearn.linear_model.QuantileRegressor", **more)
    assert found["trials"]["complete"] == 2 and found["value"] < 1


def test_an_order_is_searched_by_whole_queries(repository, rows) -> None:
    rows |= {"y": np.clip(np.round(rows["size"] + 1), 0, 3), "query": np.arange(90) // 5}
    repository.put("train.parquet", rows)
    of = search(metric="ndcg", trials=2, space={"alpha": {"low": 0.0001, "high": 1, "log": True}})
    found = run(repository, of, task="ranking", query="query", split={"strategy": "group", "group": "query"})
    assert found["trials"]["complete"] == 2 and found["value"] > 0.9


OWN = """\
def cost(actual, predicted, rows, params):
    return (actual - predicted).abs() * params["piece"] + 0 * rows["size"]


def right(actual, predicted):
    return -float((actual - predicted).abs().mean())


def wrong(actual, predicted):
    return actual[:3]
"""


def test_a_metric_of_ones_own_is_searched_by_as_any(repository, rows) -> None:
    from mlspec.runtime.tune.replay import fault

    repository.write("src/own.py", OWN)
    known = run(repository, search())
    of = search(metric="cost", own={"callable": "src.own:cost", "greater": False, "params": {"piece": 2.0}})
    found = run(repository, of, workers=2)
    assert (found["params"], found["number"], found["greater"]) == (known["params"], known["number"], False)
    assert (found["value"], found["fresh"]) == (pytest.approx(2 * known["value"]), pytest.approx(2 * known["fresh"]))
    text = (repository.folder / "trials.jsonl").read_text()
    assert fault(of, text, found) is None
    greater = run(repository, search(metric="right", own={"callable": "src.own:right", "greater": True}))
    assert (greater["params"], greater["greater"], greater["value"]) == (known["params"], True, pytest.approx(-known["value"]))
    (only,) = repository.fails("tune", section(search(metric="wrong", own={"callable": "src.own:wrong", "greater": False})))
    assert only.code == "MLS0639" and "src.own:wrong" in only.message
