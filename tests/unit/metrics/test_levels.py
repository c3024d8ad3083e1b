"""Metrics of quantiles against scikit-learn's pinball loss and formulas by hand; their intervals by simulation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_pinball_loss

from mlspec.metrics.catalog import metric_names
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import interval
from mlspec.metrics.levels import crossed, level_report, sorted_levels
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.slices import subset
from mlspec.metrics.weighted import statistic, value

LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Said:
    predicted: np.ndarray
    levels: tuple[float, ...] = LEVELS
    proba: Any = None
    classes: Any = None


numbers = st.floats(-50, 50)


@settings(max_examples=60)
@given(st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=1, max_size=15))
def test_pinball_is_scikit_learns_of_sorted_answers(rows: list[tuple[float, ...]]) -> None:
    table = np.array(rows)
    y, said = table[:, 0], Said(table[:, 1:])
    ordered = np.sort(table[:, 1:], axis=1)
    losses = [mean_pinball_loss(y, ordered[:, i], alpha=level) for i, level in enumerate(LEVELS)]
    assert value("pinball", y, said) == pytest.approx(np.mean(losses), abs=1e-9)
    assert [one.pinball for one in level_report(y, said)] == pytest.approx(losses, abs=1e-9)
    unsorted = np.mean([mean_pinball_loss(y, table[:, 1 + i], alpha=level) for i, level in enumerate(LEVELS)])
    assert value("pinball", y, said) <= unsorted + 1e-9  # putting levels in order never makes them worse


def test_the_interval_by_hand() -> None:
    y = np.array([1.0, 5.0, 9.0, 20.0])
    said = Said(np.array([[0, 1, 2], [6, 7, 8], [12, 10, 8], [10, 11, 12]], dtype=float))
    assert crossed(said).tolist() == [False, False, True, False]
    assert sorted_levels(said.predicted)[2].tolist() == [8, 10, 12]
    assert value("crossing", y, said) == 0.25
    assert value("interval_coverage", y, said) == 0.5  # the first, and the third once it is sorted
    assert value("interval_width", y, said) == pytest.approx((2 + 2 + 4 + 2) / 4)
    assert value("interval_score", y, said) == pytest.approx((2 + (2 + 10 * 1) + 4 + (2 + 10 * 8)) / 4)  # 2 / 0.2
    assert [one.below for one in level_report(y, said)] == [0.25, 0.75, 0.75]


def test_one_level_has_a_loss_and_no_interval() -> None:
    y, said = np.arange(40.0), Said(np.full((40, 1), 30.0), (0.8,))
    assert value("pinball", y, said) == pytest.approx(mean_pinball_loss(y, np.full(40, 30.0), alpha=0.8))
    for metric in ("interval_coverage", "interval_width", "interval_score", "crossing"):
        found = interval(metric, y, said, Resampling())
        assert np.isnan([found.value, found.low, found.high]).all()


@pytest.mark.parametrize("metric", metric_names("quantile"))
def test_weights_are_repeated_rows(metric: str) -> None:
    dice = np.random.default_rng(1)
    y, said, weights = dice.normal(size=50), Said(dice.normal(size=(50, 3))), dice.integers(0, 3, 50)
    rows = np.repeat(np.arange(50), weights)
    assert statistic(metric, y, said)(weights[None, :].astype(float))[0] == pytest.approx(value(metric, y[rows], subset(said, rows)))


def test_no_miss_is_no_certainty() -> None:
    y, said = np.zeros(60), Said(np.tile([-1.0, 0.0, 1.0], (60, 1)))
    full, never = interval("interval_coverage", y, said, Resampling()), interval("crossing", y, said, Resampling())
    assert (full.value, full.high) == (1.0, 1.0) and 0.93 < full.low < 0.95
    assert (never.value, never.low) == (0.0, 0.0) and 0.05 < never.high < 0.07


def _sample(dice: np.random.Generator, rows: int) -> tuple[np.ndarray, Said]:
    size = dice.uniform(1, 5, rows)
    y = size * dice.normal(size=rows)
    said = size[:, None] * np.array([-1.0, 0.1, 1.5]) + dice.normal(0, 0.4, (rows, 3)) * np.array([1, 4, 1])
    return y, Said(said)


@pytest.mark.parametrize(("samples", "least"), [(20, 0.75), pytest.param(600, 0.925, marks=pytest.mark.slow)])
def test_intervals_hold_the_truth_as_often_as_they_say(samples: int, least: float) -> None:
    dice = np.random.default_rng(7)
    names = metric_names("quantile")
    far = _sample(dice, 400_000)
    truths, held, known = {name: value(name, *far) for name in names}, dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for _ in range(samples):
        y, said = _sample(dice, 300)
        for name in names:
            found = interval(name, y, said, Resampling(resamples=300))
            known[name] += bool(np.isfinite(found.low))  # few rows far outside may be all of an interval score: then there is none
            held[name] += found.low <= truths[name] <= found.high
    assert all(held[name] >= least * known[name] and known[name] >= 0.8 * samples for name in names), (held, known)


def test_a_paired_comparison() -> None:
    dice = np.random.default_rng(2)
    y, good = _sample(dice, 300)
    poor = Said(good.predicted + 4)
    assert paired_difference("pinball", y, good, poor, Resampling()).high < 0
    assert paired_difference("crossing", y, good, poor, Resampling()).value == 0
    moved = Said(np.where(np.arange(300)[:, None] % 3 == 0, good.predicted[:, ::-1], good.predicted))
    found = paired_difference("crossing", y, moved, good, Resampling())
    assert found.low > 0.1
