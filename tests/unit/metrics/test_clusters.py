"""Clusters measured without a truth: scikit-learn's numbers, whatever clusters are called, with intervals that hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as theirs
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris

from mlspec.metrics import clusters
from mlspec.metrics.catalog import METRICS
from mlspec.metrics.clusters import of_each, sampled
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import interval
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.slices import Subset, subset
from mlspec.metrics.weighted import statistic, value

Array = np.ndarray[Any, Any]
SPACE = {
    "silhouette": theirs.silhouette_score,
    "davies_bouldin": theirs.davies_bouldin_score,
    "calinski_harabasz": theirs.calinski_harabasz_score,
}
NOTHING = np.full(1, np.nan)
CENTRES = np.array([[0.0, 0.0], [2.5, 0.0], [0.0, 2.5]])


def answers(space: Array, numbers: Array, classes: int | None = None) -> Subset:
    named = np.empty(len(numbers), dtype=object)
    named[:] = np.asarray(numbers).tolist()
    return Subset(named, None, tuple(range(classes or int(np.max(numbers)) + 1)), space=space)


def test_the_published_numbers_of_iris() -> None:
    """scikit-learn's gallery and user guide: three means on all rows."""
    data = load_iris()
    found = KMeans(3, n_init=10, random_state=0).fit_predict(data.data)
    said, truth = answers(data.data, found), data.target.astype(object)
    assert value("silhouette", truth, said) == pytest.approx(0.5528, abs=1e-4)
    assert value("adjusted_rand", truth, said) == pytest.approx(0.7302, abs=1e-4)
    assert value("calinski_harabasz", truth, said) == pytest.approx(561.63, abs=0.01)
    assert value("davies_bouldin", truth, said) == pytest.approx(0.6620, abs=1e-4)


@given(st.integers(0, 10_000), st.integers(2, 5), st.permutations(range(5)))
@settings(max_examples=15, deadline=None)
def test_numbers_are_scikit_learns_and_names_do_not_matter(seed: int, count: int, names: list[int]) -> None:
    dice = np.random.default_rng(seed)
    space, found = dice.normal(size=(40, 3)).round(1), np.r_[np.arange(count), dice.integers(0, count, 40 - count)]
    truth = dice.integers(0, 3, 40).astype(object)
    said, called = answers(space, found), answers(space, np.array(names)[found], 5)
    for metric, function in SPACE.items():
        assert value(metric, truth, said) == pytest.approx(function(space, found))
    for metric in ("adjusted_rand", "adjusted_mutual_info"):
        assert value(metric, truth, said) == pytest.approx(getattr(theirs, f"{metric}_score")(truth.astype(int), found), abs=1e-9)
    how = Resampling(resamples=20)
    for metric, info in METRICS.items():
        if info.tasks == ("clustering",):
            one, other = (interval(metric, truth, each, how) for each in (said, called))
            assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), nan_ok=True)


@pytest.mark.parametrize("metric", [*SPACE, "adjusted_rand", "adjusted_mutual_info"])
def test_an_influence_is_what_a_row_more_of_its_kind_changes(metric: str) -> None:
    """Finite differences: each row once more among ten copies of all rows."""
    dice = np.random.default_rng(3)
    kind = dice.integers(0, 3, 60)
    space = CENTRES[kind] + dice.normal(size=(60, 2))
    found = ((space[:, None] - CENTRES[None]) ** 2).sum(axis=2).argmin(axis=1)
    copies = 12
    truth, said = np.tile(kind, copies).astype(object), answers(np.tile(space, (copies, 1)), np.tile(found, copies))
    assert said.space is not None
    at = value(metric, truth, said)
    influence: Array = statistic(metric, truth, said).influence()  # type: ignore[attr-defined]
    scale = (len(truth) - 3) / (len(truth) - 2) if metric == "calinski_harabasz" else 1.0  # its degrees of freedom stay as they are
    for row in (0, 7, 23, 41):
        more = value(
            metric, np.r_[truth, truth[row]], answers(np.r_[said.space, said.space[[row]]], np.r_[said.predicted, said.predicted[row]])
        )
        assert more * scale - at == pytest.approx(influence[row], rel=0.1, abs=2e-5 * max(1.0, abs(at)))


def test_one_cluster_or_one_a_row_has_no_number() -> None:
    space = np.arange(12.0).reshape(6, 2)
    for found in (np.zeros(6, int), np.arange(6)):
        said = answers(space, found, 6)
        assert all(np.isnan(value(metric, NOTHING.repeat(6), said)) for metric in SPACE)


def test_of_many_rows_a_seeded_sample_is_taken_and_slices_are_measured_within(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "ROWS", 600)
    dice = np.random.default_rng(1)
    kind = dice.integers(0, 3, 800)
    space = CENTRES[kind] * 2 + dice.normal(size=(len(kind), 2))
    said, truth = answers(space, kind), np.full(len(kind), np.nan)
    kept = sampled(len(kind))
    assert len(kept) == 600 and (np.diff(kept) > 0).all()
    assert value("silhouette", truth, said) == pytest.approx(theirs.silhouette_score(space[kept], kind[kept]))
    assert [(name, rows) for name, rows, _ in of_each(said)] == [(n, int((kind == n).sum())) for n in range(3)]
    some = np.arange(len(kind)) < 300
    assert value("silhouette", truth[some], subset(said, some)) == pytest.approx(theirs.silhouette_score(space[some], kind[some]))


def draw(dice: np.random.Generator, rows: int) -> tuple[Array, Array]:
    kind = dice.choice(3, rows, p=[0.5, 0.3, 0.2])
    return CENTRES[kind] + dice.normal(size=(rows, 2)), kind.astype(object)


def nearest(space: Array, centres: Array) -> Subset:
    return answers(space, ((space[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1), 3)


MODEL, OTHER = np.array([[0.0, 0.3], [3.0, 0.0], [0.2, 3.0]]), np.array([[0.0, 0.0], [2.4, 0.4], [0.0, 2.2]])


@pytest.mark.slow
def test_intervals_hold_the_number_of_all_rows() -> None:
    """Of one model on other rows of the same kind, and of the difference of two; 95%, less two standard errors of 300 samples."""
    runs, rows, names = 300, 150, ("silhouette", "davies_bouldin", "adjusted_rand", "adjusted_mutual_info")
    many, kind = draw(np.random.default_rng(0), 4_000)
    whole, other = nearest(many, MODEL), nearest(many, OTHER)
    true = {m: (value(m, kind, whole), value(m, kind, whole) - value(m, kind, other)) for m in names}
    held = {m: [0, 0] for m in names}
    for run in range(runs):
        space, truth = draw(np.random.default_rng([5, run]), rows)
        ours, theirs_, how = nearest(space, MODEL), nearest(space, OTHER), Resampling(resamples=200, seed=run)
        for m in names:
            for place, found in enumerate((interval(m, truth, ours, how), paired_difference(m, truth, ours, theirs_, how))):
                held[m][place] += bool(found.low <= true[m][place] <= found.high)
    assert {m: [share for share in shares if share < 0.92 * runs] for m, shares in held.items()} == {m: [] for m in names}
