"""A metric over folds: mean, interval where rows are drawn alike, and coverage of that interval by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlspec.metrics.corrected import corrected
from mlspec.metrics.folded import folded

SIZES = [(80, 20)] * 5


def test_its_interval_is_that_of_folds_which_share_rows() -> None:
    found = folded([1.0, 2.0, 3.0, 4.0, 5.0], SIZES, 0.9, alike=True)
    assert found.value == 3.0 and (found.low, found.high) == corrected([1.0, 2.0, 3.0, 4.0, 5.0], SIZES, 0.9)
    assert found.undefined == 0


def test_in_order_of_time_there_is_none() -> None:
    found = folded([1.0, 2.0], SIZES[:2], 0.95, alike=False)
    assert found.value == 1.5 and math.isnan(found.low) and math.isnan(found.high)


def test_folds_that_all_say_the_same_pretend_no_certainty() -> None:
    found = folded([1.0, 1.0, 1.0], SIZES[:3], 0.95, alike=True)
    assert found.value == 1.0 and math.isnan(found.low) and math.isnan(found.high)


def test_a_fold_without_a_value_leaves_none_to_the_mean() -> None:
    found = folded([1.0, math.nan, 3.0], SIZES[:3], 0.95, alike=True)
    assert found.undefined == 2 and math.isnan(found.value) and math.isnan(found.low)


@pytest.mark.parametrize("repeats", [1, 4])
def test_it_covers_the_error_of_models_of_as_many_rows(repeats: int) -> None:
    """Least squares on 60 normal rows of 5 features, 5 folds: the error of fits on 48 rows is known by 20,000 of them (n + 1 apart)."""
    rng = np.random.default_rng(5)
    rows, features, worlds = 60, 5, 300
    weight = np.arange(1.0, features + 1)

    def errors(x: np.ndarray, y: np.ndarray, learn: np.ndarray, rest: np.ndarray) -> float:
        fitted = np.linalg.lstsq(x[learn], y[learn], rcond=None)[0]
        return float(np.mean((y[rest] - x[rest] @ fitted) ** 2))

    truth = 1.0 + features / (48 - features - 1)  # sigma^2 (1 + p / (n - p - 1)): the mean squared error of least squares, normal rows
    hits, naive = 0, 0
    for _ in range(worlds):
        x = rng.normal(size=(rows, features))
        y = x @ weight + rng.normal(size=rows)
        values = []
        for _ in range(repeats):
            parts = np.array_split(rng.permutation(rows), 5)
            values += [errors(x, y, np.setdiff1d(np.arange(rows), part), part) for part in parts]
        found = folded(values, [(48, 12)] * len(values), 0.9, alike=True)
        plain = 1.645 * np.std(values, ddof=1) / math.sqrt(len(values))
        hits += int(found.low <= truth <= found.high)
        naive += int(abs(found.value - truth) <= plain)
    assert hits / worlds > 0.87, hits / worlds
    assert repeats == 1 or naive / worlds < 0.8, "without the correction, repeats pretend to know more"
