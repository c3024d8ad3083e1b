"""Calibrated probabilities and chosen thresholds: on rows that the model has not seen, in the model's bytes, the same whoever asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sections import section

from mlspec.diagnostics import Problems
from mlspec.metrics.weighted import value
from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.compiled.choose import engine_of
from mlspec.runtime.predict import Predictions, check_smoke, predict, predict_by_own
from mlspec.runtime.train.thresholds import choose
from mlspec.runtime.tune.folds import Rows, holdout

BAYES, LOGISTIC = "sklearn.naive_bayes.GaussianNB", "sklearn.linear_model.LogisticRegression"
COST = {"cost": {"falsePositive": 1.0, "falseNegative": 5.0}}
COUNT = 600
NAMES = ["size", "twin", "third", "fourth"]


@pytest.fixture
def rows(repository, pinned) -> dict[str, Any]:
    """Four columns that say the same: naive Bayes counts them four times, and is too sure of itself."""
    import pandas as pd

    dice = np.random.default_rng(11)
    truth = dice.random(COUNT) < 0.3
    size = truth + dice.normal(0, 1.0, COUNT)
    columns = {
        "id": np.arange(COUNT),
        "at": pd.date_range("2024-01-01", periods=COUNT, freq="h"),
        "who": np.arange(COUNT) // 6,
        "size": size,
        **{name: size + dice.normal(0, 0.05, COUNT) for name in NAMES[1:]},
        "y": np.where(truth, "yes", "no"),
    }
    repository.put("train.parquet", columns)
    return columns


def binary(estimator: str = BAYES, strategy: str = "random", **more: Any) -> dict[str, Any]:
    split = {"strategy": strategy, **({"group": "who"} if strategy == "group" else {}), **({"gap": 7200.0} if strategy == "time" else {})}
    decides = "calibrate" in more or "value" not in more.get("threshold", {"value": 1})
    held = {"heldOut": {"folds": 5}, "split": split} if decides else {}
    return section(estimator, task="binary", features={"include": NAMES}, **(held | more))


def trained(repository: Any, params: dict[str, Any]) -> Any:
    repository.run("train", params)
    folder = repository.folder / "model"
    return load_model(folder, digest_folder(folder))


def shares_of(answers: Predictions) -> np.ndarray:
    assert answers.proba is not None
    return answers.proba


@pytest.mark.parametrize("strategy", ["random", "group", "time"])
@pytest.mark.parametrize("held", [{"folds": 4}, {"validation": 0.25}])
@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibration_makes_sure_of_itself_what_is_true(repository, rows, strategy, held, method) -> None:
    import pandas as pd

    found = trained(repository, binary(strategy=strategy, calibrate={"method": method}, heldOut=held))
    told = repository.json("model/decision.json")
    before, after = (told["calibration"][key] for key in ("before", "after"))
    assert after["brier"] < before["brier"]
    assert after["ece"] < before["ece"]
    expected = {"folds": COUNT if strategy != "time" else COUNT * 4 // 5, "validation": COUNT // 4}[next(iter(held))]
    assert told["rows"] == pytest.approx(expected, abs=7)
    assert repository.json("train.json")["decided"] == told
    frame = pd.DataFrame(rows)
    plain = Predictions(np.empty(COUNT), found.estimator.pipeline.predict_proba(frame[NAMES]), ("no", "yes"))
    assert value("brier", frame["y"].to_numpy(), predict(found, frame)) < value("brier", frame["y"].to_numpy(), plain)
    assert not check_smoke(found)


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_the_same_probabilities_as_scikit_learns_cross_fitting(repository, rows, method) -> None:
    """CalibratedClassifierCV with `ensemble=False`, on the same folds, of the same pipeline."""
    import pandas as pd
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.model_selection import StratifiedKFold
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    frame = pd.DataFrame(rows)
    found = predict(trained(repository, binary(calibrate={"method": method})), frame)
    folds = StratifiedKFold(5, shuffle=True, random_state=7)
    theirs = CalibratedClassifierCV(make_pipeline(StandardScaler(), GaussianNB()), method=method, cv=folds, ensemble=False)
    expected = theirs.fit(frame[NAMES], frame["y"]).predict_proba(frame[NAMES])
    assert found.proba == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("estimator", "more", "kind"),
    [
        (LOGISTIC, {"threshold": {"value": 0.3}}, "compiled"),
        (LOGISTIC, {"threshold": {"metric": "f1"}}, "compiled"),
        (LOGISTIC, {"calibrate": {"method": "isotonic"}, "threshold": COST}, "compiled-preprocessing"),
        (BAYES, {"calibrate": {"method": "sigmoid"}}, "compiled-preprocessing"),
        ("sklearn.svm.LinearSVC", {"calibrate": {"method": "sigmoid"}, "threshold": COST}, "compiled-preprocessing"),
    ],
)
def test_whoever_asks_gets_the_same_labels(repository, rows, estimator, more, kind) -> None:
    """By scikit-learn, compiled for many rows and for one: the same bits, and labels that go with them."""
    import pandas as pd

    found, frame = trained(repository, binary(estimator, **more)), pd.DataFrame(rows)
    engine, own = engine_of(found), predict_by_own(found, frame)
    answers = predict(found, frame)
    assert engine.kind == kind
    assert np.array_equal(shares_of(answers), shares_of(own))
    assert (answers.predicted == own.predicted).all()
    cut = found.estimator.threshold or 0.5
    assert (answers.predicted == np.where(shares_of(own)[:, 1] >= cut, "yes", "no")).all()
    one = {name: [float(frame[name][3])] for name in NAMES}
    assert engine.columns(one).predicted.tolist() == [own.predicted[3]]


def test_training_twice_gives_the_same_bytes(repository, rows) -> None:
    params = binary(calibrate={"method": "isotonic"}, threshold=COST)
    assert trained(repository, params).digest == trained(repository, params).digest


def test_costs_move_the_threshold_to_where_they_are_least(repository, rows) -> None:
    trained(repository, binary(calibrate={"method": "isotonic"}, threshold=COST))
    told = repository.json("model/decision.json")["threshold"]
    assert told["positive"] == "yes"
    assert told["value"] < 0.35  # 1 in 6 by theory
    assert told["found"] < told["usual"]


def test_more_than_two_classes_are_calibrated(repository, rows) -> None:
    import pandas as pd

    repository.put("train.parquet", rows | {"y": np.where(np.asarray(rows["size"]) > 1.5, "high", rows["y"])})
    found = trained(repository, binary(calibrate={"method": "sigmoid"}) | {"task": "multiclass"})
    answers = predict(found, pd.DataFrame(rows))
    assert shares_of(answers).sum(axis=1) == pytest.approx(1.0)
    assert set(repository.json("model/decision.json")["calibration"]["after"]) == {"log_loss"}


@pytest.mark.parametrize(
    ("estimator", "more", "code"),
    [
        ("sklearn.svm.LinearSVC", {"threshold": {"value": 0.3}}, "MLS0638"),
        ("sklearn.svm.LinearSVC", {"threshold": {"metric": "f1"}}, "MLS0638"),
        (BAYES, {"calibrate": {"method": "sigmoid"}, "heldOut": {"folds": 400}}, "MLS0658"),
    ],
)
def test_what_can_not_be_decided_is_told(repository, rows, estimator, more, code) -> None:
    with pytest.raises(Problems, match=code):
        trained(repository, binary(estimator, **more))


def test_a_fold_without_a_class_is_told(repository, rows) -> None:
    repository.put("train.parquet", rows | {"y": np.where(np.arange(COUNT) < COUNT // 2, "no", rows["y"])})
    with pytest.raises(Problems, match="none of class yes"):
        trained(repository, binary(strategy="time", calibrate={"method": "sigmoid"}))


def test_a_search_judges_by_the_labels_that_are_served(repository, rows) -> None:
    """F1 of a fold is that of its threshold: at 0.9999 nearly nothing is found."""
    import pandas as pd

    from mlspec.runtime.tune.judge import judge_of
    from mlspec.runtime.tune.trial import Asked

    values = []
    for cut in (0.3, 0.9999):
        how = binary(LOGISTIC, threshold={"value": cut})
        judge = judge_of(repository.root, how, "f1", pd.DataFrame(rows), {"strategy": "random", "seed": 1})
        every = np.arange(COUNT)
        values.append(judge.on([(every[:300], every[300:])]).trial(Asked(0, 0, {})).values[0])
    assert values[0] > values[1]


def test_a_search_weighs_rows_in_its_folds(repository, rows) -> None:
    import pandas as pd

    from mlspec.runtime.tune.judge import judge_of
    from mlspec.runtime.tune.trial import Asked

    frame = pd.DataFrame(rows).assign(w=np.where(np.asarray(rows["y"]) == "yes", 40.0, 1.0))
    every, found = np.arange(COUNT), []
    for more in ({}, {"weights": "w"}):
        judge = judge_of(repository.root, binary(LOGISTIC, **more), "recall", frame, {"strategy": "random", "seed": 1})
        found.append(judge.on([(every[:300], every[300:])]).trial(Asked(0, 0, {})).values[0])
    assert found[1] > found[0]


def slow_best(aim: dict[str, Any], shares: np.ndarray, truth: np.ndarray, cut: float) -> float:
    """The loss of a cut, by the catalogue's metrics or by counting."""
    guess = shares >= cut
    if "cost" in aim:
        cost = aim["cost"]
        return float(((guess & ~truth) * cost["falsePositive"] + (~guess & truth) * cost["falseNegative"]).mean())
    labels = np.array(["no", "yes"], dtype=object)
    found = value(aim["metric"], labels[truth.astype(int)], Predictions(labels[guess.astype(int)], None, ("no", "yes")))
    return 0.0 if np.isnan(found) else -found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.1 + 1e-16, 0.4, 0.5, 0.9, 1.0]), st.booleans()), min_size=2, max_size=25),
    st.sampled_from([COST, {"cost": {"falsePositive": 3.0, "falseNegative": 1.0}}, *({"metric": m} for m in ("f1", "accuracy", "mcc"))]),
)
def test_no_other_threshold_is_better(rows, aim) -> None:
    shares, truth = np.array([share for share, _ in rows]), np.array([flag for _, flag in rows])
    found = choose(aim, shares, truth)
    best = min(slow_best(aim, shares, truth, cut) for cut in [*shares, 0.0, 1.5])
    assert slow_best(aim, shares, truth, found.value) == pytest.approx(best, abs=1e-9)
    assert (found.found if "cost" in aim else -found.found) == pytest.approx(best, abs=1e-9)


def test_rows_set_aside_are_the_newest_or_whole_groups() -> None:
    times, labels = np.arange(100) * 1_000_000, np.array(["a", "b"] * 50)
    learn, rest = holdout(Rows(100, times=times, classes=labels, gap=5.0), 0.2, 1)
    assert (learn.max(), rest.min()) == (74, 80)
    learn, rest = holdout(Rows(100, groups=np.arange(100) // 10, classes=labels), 0.2, 1)
    assert not set(learn // 10) & set(rest // 10)
    learn, rest = holdout(Rows(100, classes=labels), 0.2, 1)
    assert (labels[rest] == "a").sum() == 10
