"""Intervals against scipy, theory and simulation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mlspec.metrics.bootstrap import default_block, effective_blocks, weights
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import bounds, interval, intervals, paired_difference


@dataclass(frozen=True)
class Given:
    predicted: np.ndarray
    proba: np.ndarray | None = None
    classes: tuple[Any, ...] | None = None


HOW = Resampling(resamples=4000, seed=5)


def test_agrees_with_scipy_s_percentile_bootstrap() -> None:
    error = np.random.default_rng(0).gamma(2.0, 10.0, 500)
    ours = interval("mae", np.zeros(500), Given(error), HOW)
    theirs = stats.bootstrap((error,), np.mean, method="percentile", n_resamples=4000, rng=1).confidence_interval
    assert ours.value == pytest.approx(error.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=0.01)


def test_agrees_with_the_normal_interval_of_a_mean() -> None:
    error = np.random.default_rng(2).normal(50, 8, 2000)
    ours = interval("mae", np.zeros(2000), Given(error), HOW)
    half = 1.959964 * error.std(ddof=1) / np.sqrt(2000)
    assert ours.low == pytest.approx(error.mean() - half, abs=0.05)
    assert ours.high == pytest.approx(error.mean() + half, abs=0.05)


def test_a_paired_difference_is_far_narrower_than_two_intervals() -> None:
    dice = np.random.default_rng(4)
    y = dice.gamma(2.0, 40.0, 1000)
    noise = dice.normal(0, 20, 1000)
    one, other = Given(y + noise), Given(y + noise * 1.05)
    paired = paired_difference("mae", y, one, other, HOW)
    assert paired.high < 0
    assert interval("mae", y, one, HOW).high > interval("mae", y, other, HOW).low


def test_equal_answers_differ_by_exactly_nothing() -> None:
    y = np.arange(50.0)
    found = paired_difference("r2", y, Given(y + 1), Given(y + 1), HOW)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def autocorrelated(dice: np.random.Generator, rows: int, phi: float) -> np.ndarray:
    steps = dice.normal(0, 1, rows + 50)
    series = np.zeros(rows + 50)
    for i in range(1, rows + 50):
        series[i] = phi * series[i - 1] + steps[i]
    return series[50:]


def test_blocks_cover_the_mean_of_a_time_series_better_than_single_rows() -> None:
    dice = np.random.default_rng(7)
    hits = {1: 0, 20: 0}
    for run in range(120):
        error = 100 + autocorrelated(dice, 400, 0.8)
        for block in hits:
            found = interval("mae", np.zeros(400), Given(error), Resampling(resamples=300, block=block, seed=run))
            hits[block] += found.low <= 100 <= found.high
    assert hits[20] / 120 > 0.85
    assert hits[1] / 120 < 0.75


@pytest.mark.parametrize("block", [1, 7, 400])
def test_every_resample_has_as_many_rows_as_the_data(block: int) -> None:
    for chunk in weights(100, 50, block, 1):
        assert (chunk.sum(axis=1) == 100).all()


def test_the_same_seed_gives_the_same_interval_in_any_chunking(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate(list(weights(100, 60, 3, 9)))
    monkeypatch.setattr("mlspec.metrics.bootstrap.CHUNK_CELLS", 1000)
    assert (np.concatenate(list(weights(100, 60, 3, 9))) == whole).all()


def test_default_block() -> None:
    assert default_block("random", 10_000) == 1
    assert default_block("time", 3600) == 15
    assert default_block("time", 1) == 1


def test_too_few_defined_draws_give_no_interval() -> None:
    assert np.isnan(bounds(np.array([np.nan, np.nan, 1.0]), 0.95)).all()


def test_blocks_that_the_rows_come_from() -> None:
    every, whole = np.ones(100), np.arange(100)
    assert effective_blocks(every, 1) == 100
    assert effective_blocks(every, 10) == 10
    assert effective_blocks(every, 200) == 0.5
    assert effective_blocks(whole % 5 == 0, 10) == 10
    assert effective_blocks(whole < 20, 10) == 2
    assert effective_blocks(whole < 0, 10) == 0


@pytest.mark.parametrize(
    ("rows", "block", "needed"), [(29, 1, 30), (30, 1, 0), (300, 30, 0), (300, 31, 310), (100, 720, 7200), (3400, 168, 0)]
)
def test_too_few_rows_or_blocks_give_a_value_and_no_interval(rows: int, block: int, needed: int) -> None:
    found = interval("mae", np.zeros(rows), Given(np.arange(rows) * 1.0), Resampling(resamples=200, block=block))
    assert found.value == (rows - 1) / 2
    assert found.rows_needed == pytest.approx(needed, rel=0.05)
    assert np.isnan([found.low, found.high]).all() == bool(needed)


def test_a_slice_keeps_the_blocks_of_all_rows() -> None:
    """Errors last 50 rows; every fifth row is a slice. Blocks of 50 of the slice's own rows would span 250 rows, and be 8."""
    error = 100 + autocorrelated(np.random.default_rng(3), 2000, 0.97)
    fifth = np.arange(2000) % 5 == 0
    how = Resampling(resamples=1000, block=50, seed=1)
    found = intervals("mae", np.zeros(2000), Given(error), {"fifth": fifth, "first": np.arange(2000) < 300}, how)
    assert found["fifth"].value == pytest.approx(error[fifth].mean())
    assert (found["fifth"].rows, found["fifth"].blocks) == (400, 40)
    whole = interval("mae", np.zeros(2000), Given(error), how)
    assert found["fifth"].high - found["fifth"].low == pytest.approx(whole.high - whole.low, rel=0.15)
    assert found["first"].rows_needed == 500
    assert np.isnan(found["first"].high)


def test_slices_of_independent_rows_are_as_wide_as_on_their_own() -> None:
    error = np.random.default_rng(5).gamma(2.0, 10.0, 4000)
    part = np.arange(4000) < 1000
    together = intervals("mae", np.zeros(4000), Given(error), {"part": part, "none": np.zeros(4000, dtype=bool)}, HOW)
    alone = interval("mae", np.zeros(1000), Given(error[:1000]), HOW)
    assert (together["part"].low, together["part"].high) == pytest.approx((alone.low, alone.high), rel=0.01)
    assert together["none"].rows == 0
    assert np.isnan(together["none"].value)


@settings(max_examples=30, deadline=None)
@given(st.integers(80, 120), st.floats(0.1, 100), st.integers(1, 8), st.integers(0, 1000))
def test_scaling_the_errors_scales_the_interval(rows: int, factor: float, block: int, seed: int) -> None:
    error = np.random.default_rng(seed).gamma(2.0, 1.0, rows)
    how = Resampling(resamples=200, block=block, seed=seed)
    one, scaled = interval("mae", np.zeros(rows), Given(error), how), interval("mae", np.zeros(rows), Given(error * factor), how)
    assert (scaled.low, scaled.value, scaled.high) == pytest.approx((one.low * factor, one.value * factor, one.high * factor))


@settings(max_examples=30, deadline=None)
@given(st.integers(30, 80), st.integers(0, 1000))
def test_the_interval_lies_within_the_errors(rows: int, seed: int) -> None:
    error = np.random.default_rng(seed).gamma(2.0, 1.0, rows)
    found = interval("mae", np.zeros(rows), Given(error), Resampling(resamples=200, seed=seed))
    assert error.min() - 1e-9 <= found.low <= found.high <= error.max() + 1e-9
