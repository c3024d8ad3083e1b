"""Stability: refits on halves of the rows, against what the model answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from support.sections import section

from mlspec.runtime import resampled
from mlspec.runtime.resampled import REFITS, halves, refitted, stability

ROOT = Path(__file__).parents[3]


def rows(gap: float, count: int = 90) -> pd.DataFrame:
    dice = np.random.default_rng(4)
    return pd.DataFrame(
        {"a": np.arange(count) % 3 * gap + dice.normal(size=count), "b": dice.normal(size=count), "g": np.arange(count) // 9}
    )


def of() -> dict[str, object]:
    more = {
        "preprocess": {**section()["preprocess"], "numeric": {"impute": "median", "scale": "none"}},
        "features": {"include": ["a", "b"]},
    }
    found = section("sklearn.cluster.KMeans", "clustering", params={"n_clusters": 3}, baseline="shuffled", **more)
    return {key: value for key, value in found.items() if key != "target"}


def test_halves_are_seeded_and_keep_groups_whole() -> None:
    frame = rows(5)
    found = halves(frame, None, 7)
    assert len(found) == REFITS and all(len(half) == 45 and (np.diff(half) > 0).all() for half in found)
    assert (
        [half.tolist() for half in halves(frame, None, 7)]
        == [half.tolist() for half in found]
        != [h.tolist() for h in halves(frame, None, 8)]
    )
    for half in halves(frame, "g", 7):
        assert set(frame.g[half].value_counts()) == {9} and len(half) == 45


def test_it_is_the_mean_of_scikit_learns_index_and_falls_where_nothing_is_to_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampled, "REFITS", 5)
    said = {}
    for gap in (8.0, 0.0):
        train, test = rows(gap), rows(gap).iloc[::-1].reset_index(drop=True)
        again = refitted(ROOT, of(), train, test, None)
        model = KMeans(3, random_state=7).fit(train[["a", "b"]].to_numpy()).predict(test[["a", "b"]].to_numpy())
        alone = [
            KMeans(3, random_state=7).fit(train[["a", "b"]].to_numpy()[half]).predict(test[["a", "b"]].to_numpy())
            for half in halves(train, None, 7)
        ]
        said[gap] = stability(model, again, clusters=True)
        assert said[gap] == pytest.approx(np.mean([adjusted_rand_score(model, one) for one in alone]))
    assert said[8.0] > 0.95 > 0.7 > said[0.0]


def test_of_scores_it_is_the_rank_correlation() -> None:
    from scipy.stats import spearmanr

    dice = np.random.default_rng(0)
    model, again = dice.normal(size=30).round(1), dice.normal(size=(4, 30))
    assert stability(model, again, clusters=False) == pytest.approx(np.mean([spearmanr(model, one).statistic for one in again]))
    assert np.isnan(stability(np.zeros(30), again, clusters=False))
