"""How odd a row is: any detector's own numbers with their sign turned, fitted without a label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.sections import section

from mlspec.diagnostics import Problems
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import interval
from mlspec.metrics.own import measurable
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.weighted import value
from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.predict import Predictions, predict
from mlspec.runtime.train import train_baseline, train_model

ROOT = Path(__file__).parents[3]
DETECTORS: dict[str, dict[str, Any]] = {
    "sklearn.ensemble.IsolationForest": {"n_estimators": 10},
    "sklearn.svm.OneClassSVM": {"nu": 0.1},
    "sklearn.covariance.EllipticEnvelope": {},
    "sklearn.neighbors.LocalOutlierFactor": {"novelty": True},
    "sklearn.mixture.GaussianMixture": {"n_components": 2},
    "sklearn.neighbors.KernelDensity": {"bandwidth": 0.5},
}


def rows(count: int = 200) -> pd.DataFrame:
    dice = np.random.default_rng(2)
    frame = pd.DataFrame({"id": range(count), "a": dice.normal(size=count), "b": dice.normal(size=count), "y": np.arange(count) % 20 == 3})
    frame.loc[frame.y, "a"] += 4
    frame["kind"] = np.where(dice.random(count) < 0.5, "x", "z")
    return frame.assign(y=frame.y.astype(int))


def made(estimator: str, params: dict[str, Any], frame: pd.DataFrame, folder: Path) -> Any:
    train_model(ROOT, section(estimator, "anomaly", params=params, baseline="mean"), frame, folder)
    return load_model(folder, digest_folder(folder))


@pytest.mark.parametrize("estimator", DETECTORS)
def test_every_kind_of_detector_says_more_of_what_is_odder(estimator: str, tmp_path: Path) -> None:
    frame = rows()
    found = predict(made(estimator, DETECTORS[estimator], frame, tmp_path / "one"), frame).predicted
    assert found.shape == (200,) and np.isfinite(found).all()
    assert value("roc_auc", frame.y.to_numpy(float), Predictions(found, None, None)) > 0.75
    other = frame.assign(y=np.random.default_rng(9).permutation(frame.y.to_numpy()))
    again = predict(made(estimator, DETECTORS[estimator], other, tmp_path / "two"), frame).predicted
    assert np.array_equal(found, again), "a label reached the fit"


@pytest.mark.parametrize(
    ("estimator", "params", "said"),
    [
        ("sklearn.neighbors.LocalOutlierFactor", {}, "novelty: true"),
        ("sklearn.linear_model.Ridge", {}, "has no `score_samples`"),
        ("sklearn.ensemble.RandomForestClassifier", {}, "IsolationForest"),
    ],
)
def test_what_can_t_judge_a_new_row_is_refused(estimator: str, params: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        made(estimator, params, rows(), tmp_path / "model")
    (found,) = caught.value.diagnostics
    assert found.code == "MLS0652" and said in f"{found.message} {found.help}"


def test_the_baseline_says_the_same_of_every_row(tmp_path: Path) -> None:
    frame = rows()
    train_baseline(ROOT, section("sklearn.svm.OneClassSVM", "anomaly", baseline="mean"), frame, tmp_path / "floor")
    found = predict(load_model(tmp_path / "floor", digest_folder(tmp_path / "floor")), frame)
    assert set(found.predicted.tolist()) == {0.0}
    truth = frame.y.to_numpy(float)
    assert value("roc_auc", truth, found) == 0.5 and value("average_precision", truth, found) == pytest.approx(truth.mean())


def test_the_metrics_of_a_score_are_those_of_a_probability_in_the_same_order() -> None:
    dice = np.random.default_rng(4)
    truth = (dice.random(400) < 0.2).astype(float)
    score, other = truth + dice.normal(0, 0.8, 400), truth + dice.normal(0, 1.5, 400)
    how, labels = Resampling(resamples=300), truth.astype(object)

    def proba(values: Any) -> Predictions:
        share = 1 / (1 + np.exp(-values))
        return Predictions((share > 0.5).astype(float).astype(object), np.column_stack([1 - share, share]), (0.0, 1.0))  # type: ignore[arg-type]

    for metric in ("roc_auc", "average_precision"):
        one, two = (Predictions(v, None, None) for v in (score, other))
        assert measurable([metric, "f1_macro"], one) == [metric, "f1_macro"]
        assert interval(metric, truth, one, how) == interval(metric, labels, proba(score), how)
        mine, known = paired_difference(metric, truth, one, two, how), paired_difference(metric, labels, proba(score), proba(other), how)
        assert (mine.low, mine.high) == (known.low, known.high)
