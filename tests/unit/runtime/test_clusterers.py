"""Models that say which cluster a row is of: every clusterer with `predict`, fitted without a target, the same bytes each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import all_estimators
from support.sections import section

from mlspec.diagnostics import Problems
from mlspec.metrics.partitions import adjusted_rand
from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.clusterers import WITHOUT_PREDICT, without_predict
from mlspec.runtime.evaluate.space import space_of_rows
from mlspec.runtime.predict import predict
from mlspec.runtime.train import train_baseline, train_model
from mlspec.runtime.train.clusters import Clusters

ROOT = Path(__file__).parents[3]
FEATURES = ["a", "b"]
CLUSTERERS: dict[str, dict[str, Any]] = {
    "sklearn.cluster.KMeans": {"n_clusters": 3},
    "sklearn.cluster.MiniBatchKMeans": {"n_clusters": 3},
    "sklearn.cluster.BisectingKMeans": {"n_clusters": 3},
    "sklearn.cluster.Birch": {"n_clusters": 3},
    "sklearn.cluster.MeanShift": {"bandwidth": 1.0},
    "sklearn.cluster.AffinityPropagation": {"damping": 0.9},
    "sklearn.mixture.GaussianMixture": {"n_components": 3},
    "sklearn.mixture.BayesianGaussianMixture": {"n_components": 3},
}


def rows(count: int = 120) -> pd.DataFrame:
    dice = np.random.default_rng(2)
    kind = np.arange(count) % 3
    centres = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])[kind]
    frame = pd.DataFrame(centres + dice.normal(size=(count, 2)), columns=["a", "b"])
    return frame.assign(id=range(count), colour=np.where(dice.random(count) < 0.5, "x", "z"), y=np.array(["k", "l", "m"])[kind])


def of(estimator: str, **params: Any) -> dict[str, Any]:
    found = section(estimator, "clustering", params=params, baseline="shuffled", target=None, features={"include": FEATURES})
    return {key: value for key, value in found.items() if value is not None}


def made(estimator: str, params: dict[str, Any], frame: pd.DataFrame, folder: Path) -> Any:
    train_model(ROOT, of(estimator, **params), frame, folder)
    return load_model(folder, digest_folder(folder))


@pytest.mark.parametrize("estimator", CLUSTERERS)
def test_every_clusterer_names_clusters_from_0_and_is_the_same_bytes(estimator: str, tmp_path: Path) -> None:
    frame = rows()
    model = made(estimator, CLUSTERERS[estimator], frame, tmp_path / "one")
    found = predict(model, frame)
    assert model.signature.target is None and found.classes == tuple(range(len(found.classes or ())))
    assert {type(name) for name in found.predicted} == {int} and adjusted_rand(frame.y.to_numpy(), found.predicted) > 0.5
    assert (found.proba is not None) == ("Mixture" in estimator)
    if found.proba is not None:
        assert (found.proba.argmax(axis=1) == found.predicted.astype(int)).all()
    made(estimator, CLUSTERERS[estimator], frame.assign(y="other"), tmp_path / "two")
    assert digest_folder(tmp_path / "one") == digest_folder(tmp_path / "two")


def test_the_target_chooses_nothing_of_the_model(tmp_path: Path) -> None:
    """A section with a target leaves the target out of the features, and is otherwise the same."""
    frame = rows()
    params = of("sklearn.cluster.KMeans", n_clusters=3)
    train_model(ROOT, params, frame, tmp_path / "without")
    train_model(ROOT, params | {"target": "y"}, frame, tmp_path / "with")
    assert digest_folder(tmp_path / "without") == digest_folder(tmp_path / "with")


class Recorder(KMeans):
    """Keeps what it was fitted on."""

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Recorder:  # noqa: N803 - the name that scikit-learn gives it
        self.seen = X
        return super().fit(X, y, sample_weight)


def test_the_baseline_learns_how_columns_are_spread_and_not_how_they_go_together(tmp_path: Path) -> None:
    frame = rows()
    for name in ("floor", "again"):
        train_baseline(ROOT, of("sklearn.cluster.KMeans", n_clusters=3), frame, tmp_path / name)
    assert digest_folder(tmp_path / "floor") == digest_folder(tmp_path / "again")
    features = frame[FEATURES]
    alone = Clusters(FunctionTransformer(), Recorder(3, random_state=7), shuffled=7).fit(features).estimator
    assert (np.sort(alone.seen, axis=0) == np.sort(features, axis=0)).all()
    assert abs(np.corrcoef(alone.seen, rowvar=False)[0, 1]) < 0.2 < abs(np.corrcoef(features, rowvar=False)[0, 1])
    assert features.equals(rows()[FEATURES])  # a copy is shuffled


@pytest.mark.parametrize(
    ("estimator", "params", "said"),
    [
        ("sklearn.cluster.DBSCAN", {}, "take `sklearn.cluster.Birch`"),
        ("sklearn.linear_model.Ridge", {}, "learns a target"),
        ("sklearn.preprocessing.StandardScaler", {}, "`sklearn.cluster.KMeans`"),
    ],
)
def test_what_can_t_judge_a_new_row_is_refused(estimator: str, params: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        made(estimator, params, rows(), tmp_path / "model")
    (found,) = caught.value.diagnostics
    assert found.code == "MLS0652" and said in f"{found.message} {found.help}"


def test_every_clusterer_of_the_installed_scikit_learn_that_can_t_predict_is_known() -> None:
    lacking = {f"sklearn.cluster.{name}" for name, kind in all_estimators(type_filter="cluster") if not hasattr(kind, "predict")}
    assert {path for path in lacking if without_predict(path) is None} == set()
    assert set(WITHOUT_PREDICT) >= lacking


def test_where_rows_stand_is_the_spec_s_and_the_test_rows_and_no_model_s() -> None:
    frame = rows()
    found = space_of_rows(
        {"task": "clustering", "train": of("sklearn.cluster.KMeans") | {"features": {"include": [*FEATURES, "colour"]}}}, frame
    )
    assert found is not None and found.shape == (120, 4)
    assert np.allclose(found[:, :2], (frame[["a", "b"]] - frame[["a", "b"]].mean()) / frame[["a", "b"]].std(ddof=0))
    assert space_of_rows({"task": "regression"}, frame) is None
