"""Stage evaluate on small frames: its numbers are scikit-learn's, and it tells leakage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

PREPROCESS = {
    "numeric": {"impute": "median", "scale": "standard"},
    "categorical": {"impute": "most_frequent", "encode": "onehot"},
    "text": {"vectorize": "tfidf", "params": {}},
}
REGRESSION = ("bias", "explained_variance", "mae", "mape", "max_error", "medae", "mse", "r2", "rmse", "wape")
BINARY = ("accuracy", "average_precision", "balanced_accuracy", "brier", "f1", "log_loss", "mcc", "precision", "recall", "roc_auc")
TRAINED = 300


def train_section(task: str, target: str, **more: Any) -> dict[str, Any]:
    estimator = "sklearn.linear_model.Ridge" if task == "regression" else "sklearn.linear_model.LogisticRegression"
    base = {
        "task": task,
        "target": target,
        "key": ["id"],
        "timeColumn": "at",
        "features": {"include": ["size", "colour"]},
        "types": {},
        "preprocess": PREPROCESS,
        "estimator": {"class": estimator, "params": {}},
        "baseline": "mean" if task == "regression" else "majority",
        "seed": 7,
    }
    return base | more


def section(task: str, target: str, metrics: tuple[str, ...], **more: Any) -> dict[str, Any]:
    base = {
        "task": task,
        "target": target,
        "key": ["id"],
        "timeColumn": "at",
        "metrics": list(metrics),
        "slices": [],
        "fairness": [],
        "measure": [],
        "leakage": {"singleFeature": 0.98, "sharedRows": 0},
        "confidence": 0.95,
        "resamples": 200,
        "strategy": "random",
        "seed": 7,
    }
    return base | more


def columns(count: int = 400) -> dict[str, Any]:
    import pandas as pd

    dice = np.random.default_rng(11)
    size, colour = dice.normal(size=count), dice.choice(["red", "green", "blue"], count)
    amount = 10 + 3 * size + (colour == "red") * 5 + dice.normal(0, 2, count)
    return {
        "id": np.arange(count),
        "at": pd.date_range("2024-01-01", periods=count, freq="6h"),
        "size": size,
        "colour": colour,
        "amount": amount,
        "bought": np.where(amount + dice.normal(0, 3, count) > 12, "yes", "no"),
        "grade": np.digitize(amount, [9, 13]),
    }


def prepare(repository, task: str = "regression", target: str = "amount", rows: dict[str, Any] | None = None, **train: Any) -> None:
    """Put both sides of the rows, and train."""
    found = rows or columns()
    repository.put("train.parquet", {k: v[:TRAINED] for k, v in found.items()})
    repository.put("test.parquet", {k: v[TRAINED:] for k, v in found.items()})
    repository.run("train", train_section(task, target, **train))


def values(found: dict[str, Any], part: str = "metrics") -> dict[str, float]:
    return {name: e["value"] for name, e in found[part].items()}


def test_regression_equals_scikit_learn(repository) -> None:
    from sklearn import metrics as sk

    prepare(repository)
    repository.run("evaluate", section("regression", "amount", REGRESSION))
    rows = repository.parquet("predictions.parquet")
    y, p = rows.actual.to_numpy(), rows.predicted.to_numpy()
    expected = {
        "bias": float(np.mean(p - y)),
        "explained_variance": sk.explained_variance_score(y, p),
        "mae": sk.mean_absolute_error(y, p),
        "mape": sk.mean_absolute_percentage_error(y, p),
        "max_error": sk.max_error(y, p),
        "medae": sk.median_absolute_error(y, p),
        "mse": sk.mean_squared_error(y, p),
        "r2": sk.r2_score(y, p),
        "rmse": sk.root_mean_squared_error(y, p),
        "wape": np.abs(p - y).sum() / np.abs(y).sum(),
    }
    found = repository.json("evaluation.json")
    assert values(found) == pytest.approx(expected, rel=1e-9)
    assert repository.json("metrics.json") == values(found)
    assert found["baseline"]["mae"]["value"] == pytest.approx(sk.mean_absolute_error(y, rows.baseline))


def test_classes_equal_scikit_learn(repository) -> None:
    from sklearn import metrics as sk

    prepare(repository, "binary", "bought")
    repository.run("evaluate", section("binary", "bought", BINARY))
    rows = repository.parquet("predictions.parquet")
    y, p, score = rows.actual == "yes", rows.predicted == "yes", np.stack(rows.proba.to_numpy())[:, 1]
    expected = {
        "accuracy": sk.accuracy_score(y, p),
        "average_precision": sk.average_precision_score(y, score),
        "balanced_accuracy": sk.balanced_accuracy_score(y, p),
        "brier": sk.brier_score_loss(y, score),
        "f1": sk.f1_score(y, p),
        "log_loss": sk.log_loss(y, score),
        "mcc": sk.matthews_corrcoef(y, p),
        "precision": sk.precision_score(y, p),
        "recall": sk.recall_score(y, p),
        "roc_auc": sk.roc_auc_score(y, score),
    }
    assert values(repository.json("evaluation.json")) == pytest.approx(expected, rel=1e-9)


def test_three_classes_equal_scikit_learn(repository) -> None:
    from sklearn import metrics as sk

    prepare(repository, "multiclass", "grade")
    repository.run("evaluate", section("multiclass", "grade", ("accuracy", "f1_macro", "f1_weighted", "log_loss")))
    rows = repository.parquet("predictions.parquet")
    expected = {
        "accuracy": sk.accuracy_score(rows.actual, rows.predicted),
        "f1_macro": sk.f1_score(rows.actual, rows.predicted, average="macro"),
        "f1_weighted": sk.f1_score(rows.actual, rows.predicted, average="weighted"),
        "log_loss": sk.log_loss(rows.actual, np.stack(rows.proba.to_numpy())),
    }
    assert values(repository.json("evaluation.json")) == pytest.approx(expected, rel=1e-9)


def test_intervals_hold_the_value_and_widen_with_the_confidence(repository) -> None:
    prepare(repository)
    widths = []
    for confidence in (0.8, 0.99):
        repository.run("evaluate", section("regression", "amount", ("mae", "rmse", "r2", "bias"), confidence=confidence))
        found = repository.json("evaluation.json")["metrics"]
        assert all(e["low"] < e["value"] < e["high"] for e in found.values())
        widths.append(found["mae"]["high"] - found["mae"]["low"])
    assert widths[0] < widths[1]


@pytest.mark.parametrize("more", [{}, {"block": 7}, {"strategy": "time"}])
def test_twice_is_the_same_bytes(repository, more) -> None:
    prepare(repository)
    names = ("evaluation.json", "metrics.json", "predictions.parquet")
    first = []
    for _ in range(2):
        repository.run("evaluate", section("regression", "amount", ("mae",), slices=["colour"], **more))
        first.append([(repository.folder / n).read_bytes() for n in names])
    assert first[0] == first[1]


def test_a_split_by_time_draws_blocks(repository) -> None:
    """100 test rows: blocks of 9, 0.9 of the root; naming the block gives the same."""
    prepare(repository)
    found = []
    for more in ({"strategy": "time"}, {"block": 9}, {"block": 1}):
        repository.run("evaluate", section("regression", "amount", ("mae",), **more))
        found.append(repository.json("evaluation.json")["metrics"]["mae"])
    assert found[0] == found[1] != found[2]


def test_a_split_by_group_draws_groups_however_the_rows_stand(repository) -> None:
    """Forty test groups of ten rows, each off by an amount of its own: the interval is that of forty draws, not of 400."""
    dice = np.random.default_rng(4)
    rows = 700
    group = np.where(np.arange(rows) < TRAINED, -1, dice.permutation(rows) % 40)
    shop = np.array([f"s{g}" for g in group])
    size = dice.normal(size=rows)
    found = columns(rows) | {"size": size, "shop": shop, "amount": 10 + 3 * size + dice.normal(0, 3, 41)[group] + dice.normal(0, 0.3, rows)}
    prepare(repository, rows=found)
    widths = []
    for more in ({"strategy": "group", "group": "shop"}, {"timeColumn": None}):
        repository.run("evaluate", section("regression", "amount", ("mae",), **more))
        interval = repository.json("evaluation.json")["metrics"]["mae"]
        widths.append(interval["high"] - interval["low"])
    assert widths[0] > 2.2 * widths[1]


def test_slices_are_the_metric_of_their_rows(repository) -> None:
    prepare(repository)
    repository.run("evaluate", section("regression", "amount", ("mae",), slices=["colour"]))
    found, rows = repository.json("evaluation.json")["slices"]["colour"], repository.parquet("predictions.parquet")
    assert set(found) == {"red", "green", "blue"} and sum(s["rows"] for s in found.values()) == 100
    for colour, own in found.items():
        part = rows[rows.colour == colour]
        assert own["rows"] == len(part)
        assert own["mae"]["value"] == pytest.approx(float((part.predicted - part.actual).abs().mean()), rel=1e-9)
        if own["mae"]["low"] is not None:
            assert len(part) >= 30
            assert own["mae"]["low"] < own["mae"]["value"] < own["mae"]["high"]
        else:
            assert own["mae"]["low"] is own["mae"]["high"] is None
    assert any(own["mae"]["low"] is not None for own in found.values())


def test_a_missing_value_is_a_slice_of_its_own(repository) -> None:
    rows = columns()
    prepare(repository, rows=rows | {"shop": ["a", None] * 200})
    repository.run("evaluate", section("regression", "amount", ("mae",), slices=["shop"]))
    assert {n: s["rows"] for n, s in repository.json("evaluation.json")["slices"]["shop"].items()} == {"(missing)": 50, "a": 50}


def test_fairness_is_the_widest_gap_between_groups_of_a_hundred_rows(repository) -> None:
    prepare(repository, "binary", "bought")
    repository.run("evaluate", section("binary", "bought", ("selection_rate",), fairness=["colour"]))
    found, rows = repository.json("evaluation.json")["fairness"]["colour"]["selection_rate"], repository.parquet("predictions.parquet")
    rates = (rows.predicted == "yes").groupby(rows.colour).mean()
    assert found["groups"] == pytest.approx(rates.to_dict())
    assert found["difference"] == {"value": None, "low": None, "high": None}


def test_the_columns_of_the_predictions(repository) -> None:
    prepare(repository, "binary", "bought")
    repository.run("evaluate", section("binary", "bought", ("f1",), slices=["colour"], fairness=["colour"]))
    rows = repository.parquet("predictions.parquet")
    assert list(rows) == ["row", "actual", "predicted", "baseline", "proba", "id", "at", "colour"]
    assert rows.row.tolist() == list(range(100)) and rows.id.tolist() == list(range(300, 400))
    assert np.allclose(np.stack(rows.proba.to_numpy()).sum(axis=1), 1)


def test_classes_with_their_rows(repository) -> None:
    from sklearn.metrics import precision_recall_fscore_support

    prepare(repository, "multiclass", "grade")
    repository.run("evaluate", section("multiclass", "grade", ("accuracy",)))
    found, rows = repository.json("evaluation.json")["classes"], repository.parquet("predictions.parquet")
    parts = precision_recall_fscore_support(rows.actual, rows.predicted, labels=[0, 1, 2], zero_division=np.nan)
    for label, (precision, recall, f1, count) in enumerate(zip(*parts, strict=True)):
        expected = {"rows": int(count), "precision": precision, "recall": recall, "f1": f1}
        assert found[str(label)] == pytest.approx({k: None if v != v else v for k, v in expected.items()})


def test_rows_on_both_sides_are_counted(repository) -> None:
    rows = columns()
    for name in ("size", "colour", "amount"):
        rows[name][TRAINED : TRAINED + 3] = rows[name][:3]
    prepare(repository, rows=rows)
    repository.run("evaluate", section("regression", "amount", ("mae",)))
    found = repository.json("evaluation.json")["leakage"]
    assert found["sharedRows"] == 3
    assert found["twins"] == {"known": 3, "byNature": 0, "inTraining": 0, "trainingRows": TRAINED}


def test_features_that_make_up_the_target_are_named(repository) -> None:
    rows = columns()
    dice = np.random.default_rng(3)
    rows |= {"ours": dice.poisson(20, 400), "theirs": dice.poisson(90, 400)}
    rows["amount"] = (rows["ours"] + rows["theirs"]).astype(float)
    prepare(repository, rows=rows, features={"include": ["size", "colour", "ours", "theirs"]})
    repository.run("evaluate", section("regression", "amount", ("mae",), leakage={"combination": 0.9999}))
    found = repository.json("evaluation.json")["leakage"]
    assert found == {"combination": {"explained": 1.0, "columns": ["ours", "theirs"], "form": "sum"}}


def test_it_tells_at_once_what_makes_up_the_target_and_what_names_rows() -> None:
    from mlspec.runtime.evaluate.hints import hints

    best = {"explained": 0.99995, "columns": ["ours", "theirs"], "form": "sum"}
    found = {"combination": best, "identifiers": {"ticket": {"distinct": 1200, "rows": 1200}}}
    sums, names = hints(found, {"combination": 0.9999})
    assert sums.message.startswith("`ours`, `theirs` make up the target: together they explain 99.9950% of it")
    assert names.message.startswith("`ticket` has 1,200 values in 1,200 training rows")
    assert {sums.severity, names.severity} == {"warning"}
    assert list(hints({"combination": best}, {"combination": 0.99999})) == []
    assert list(hints({"combination": best}, {})) == []


@pytest.mark.parametrize(("task", "target"), [("regression", "amount"), ("binary", "bought"), ("multiclass", "grade")])
def test_a_feature_that_copies_the_target_stands_out(repository, task, target) -> None:
    rows = columns()
    prepare(repository, task, target, rows=rows | {"copy": rows[target]}, features={"include": ["size", "colour", "copy"]})
    repository.run("evaluate", section(task, target, ("mae",) if task == "regression" else ("accuracy",)))
    found = repository.json("evaluation.json")["leakage"]["singleFeature"]
    assert set(found) == {"size", "colour", "copy"}
    assert found["copy"] > 0.98 > 0.8 > max(found["size"], found["colour"])


def test_leakage_is_looked_for_only_when_asked(repository) -> None:
    prepare(repository)
    repository.run("evaluate", section("regression", "amount", ("mae",), leakage={"sharedRows": 0}))
    assert repository.json("evaluation.json")["leakage"].keys() == {"sharedRows", "twins"}
    repository.run("evaluate", section("regression", "amount", ("mae",), leakage={}))
    assert repository.json("evaluation.json")["leakage"] == {}


def test_measures(repository) -> None:
    prepare(repository)
    wanted = ["latency_p99", "model_size", "reproducible"]
    again = train_section("regression", "amount")
    repository.run("evaluate", section("regression", "amount", ("mae",), measure=wanted, train=again))
    found = repository.json("evaluation.json")["measured"]
    assert found["model_size"] == sum(p.stat().st_size for p in (repository.folder / "model").iterdir())
    assert 0 < found["latency_p99"] < 5 and found["reproducible"] is True


DICE = """
import numpy as np
from sklearn.linear_model import Ridge

def fit(features, target, params):
    return Ridge().fit(features[["size"]], target + np.random.default_rng().normal(size=len(target)))
"""


def test_an_unseeded_trainer_is_not_reproducible(repository) -> None:
    repository.write("src/__init__.py", "")
    repository.write("src/dicing.py", DICE)
    more: dict[str, Any] = {"trainer": {"callable": "src.dicing:fit"}, "features": {"include": ["size"]}}
    prepare(repository, **more)
    again = train_section("regression", "amount", **more)
    repository.run("evaluate", section("regression", "amount", ("mae",), measure=["reproducible"], train=again))
    assert repository.json("evaluation.json")["measured"] == {"reproducible": False}


def test_a_model_without_probabilities_has_no_metrics_of_them(repository) -> None:
    prepare(repository, "binary", "bought", estimator={"class": "sklearn.svm.LinearSVC", "params": {}})
    repository.run("evaluate", section("binary", "bought", ("accuracy", "roc_auc")))
    found = repository.json("evaluation.json")
    assert set(found["metrics"]) == {"accuracy"} and set(found["baseline"]) == {"accuracy", "roc_auc"}
    assert "proba" not in repository.parquet("predictions.parquet")


def test_a_test_with_one_class_leaves_metrics_undefined(repository) -> None:
    rows = columns()
    rows["bought"][TRAINED:] = "no"
    prepare(repository, "binary", "bought", rows=rows)
    repository.run("evaluate", section("binary", "bought", ("accuracy", "roc_auc")))
    found = repository.json("evaluation.json")["metrics"]
    assert found["roc_auc"] == {"value": None, "low": None, "high": None} and found["accuracy"]["value"] is not None


@pytest.mark.parametrize(("task", "target"), [("regression", "amount"), ("binary", "bought"), ("multiclass", "grade")])
def test_the_plots_that_the_catalogue_names(repository, task, target) -> None:
    from mlspec.runtime.plots_catalog import plots_of

    prepare(repository, task, target)
    repository.run("evaluate", section(task, target, ("mae",) if task == "regression" else ("accuracy",)))
    written = {p.name: p.read_text().splitlines() for p in (repository.folder / "plots").iterdir()}
    assert set(written) == {p.file for p in plots_of(task, has_time=True)}
    assert all(len(lines) > 1 for lines in written.values())


def test_no_model_no_evaluation(repository) -> None:
    repository.put("train.parquet", columns())
    repository.put("test.parquet", columns())
    (found,) = repository.fails("evaluate", section("regression", "amount", ("mae",)))
    assert found.code == "MLS0603"
