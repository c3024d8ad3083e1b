"""Intervals against scipy, theory and simulation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mlspec.metrics.bootstrap import critical, draws
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.groups import bounds
from mlspec.metrics.intervals import interval, intervals
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.units import automatic_block, effective_units, politis_white, units


@dataclass(frozen=True)
class Given:
    predicted: np.ndarray
    proba: np.ndarray | None = None
    classes: tuple[Any, ...] | None = None


HOW = Resampling(resamples=4000, seed=5)


def test_lies_near_scipy_s_bca_interval() -> None:
    """Another method for the same: Efron's BCa corrects for skewness, too. Both lie above the symmetric interval of right-skewed errors."""
    error = np.random.default_rng(0).gamma(2.0, 10.0, 500)
    ours = interval("mae", np.zeros(500), Given(error), HOW)
    theirs = stats.bootstrap((error,), np.mean, method="BCa", n_resamples=4000, rng=1).confidence_interval
    assert ours.value == pytest.approx(error.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=0.01)
    assert ours.high - ours.value > ours.value - ours.low


def test_is_the_bootstrap_t_of_a_mean_written_out() -> None:
    """Resample by resample: (mean* - mean) / (s* / root n), whose quantiles turn round."""
    error = np.random.default_rng(3).gamma(2.0, 10.0, 60)
    dice, found = np.random.default_rng(9), []
    for _ in range(4000):
        again = dice.choice(error, 60)
        found.append((again.mean() - error.mean()) / (again.std(ddof=1) / 60**0.5))
    low, high = np.quantile(found, [0.025, 0.975])
    ours = critical((error - error.mean())[:, None], 4000, 5, 0.95)
    assert ours[:, 0] == pytest.approx([low, high], abs=0.12)


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
    assert hits[20] / 120 > 0.8
    assert hits[1] / 120 < 0.75


def test_every_resample_has_as_many_units_as_the_data() -> None:
    for chunk in draws(100, 50, 1):
        assert (chunk.sum(axis=1) == 100).all()


def test_the_same_seed_gives_the_same_interval_in_any_chunking(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate(list(draws(100, 60, 9)))
    monkeypatch.setattr("mlspec.metrics.bootstrap.CHUNK_CELLS", 1000)
    assert (np.concatenate(list(draws(100, 60, 9))) == whole).all()


def test_what_is_drawn_together() -> None:
    assert (units(6, Resampling()) == np.arange(6)).all()
    assert (units(7, Resampling(block=3)) == [0, 0, 0, 0, 1, 1, 1]).all()
    assert (units(4, Resampling(block=9)) == 0).all()
    assert (units(4, Resampling(groups=np.array([7, 3, 7, 3]))) == [1, 0, 1, 0]).all()
    noise, by_time = np.random.default_rng(0).normal(size=1000), Resampling(ordered=True, by_time=True)
    assert [len(np.unique(units(n, by_time, noise[:n]))) for n in (1000, 60, 50)] == [35, 10, 10]  # runs of 28, 6 and 5 rows


def test_block_lengths_of_politis_and_white() -> None:
    """By a second writing of the rule, with sums over all lags and NumPy's correlate."""

    def written_out(series: np.ndarray) -> float:
        n, x = len(series), series - series.mean()
        r = np.correlate(x, x, "full")[n - 1 :] / n
        most, limit = int(np.ceil(n**0.5)) + 5, 2 * (np.log10(n) / n) ** 0.5
        last = next(m for m in range(most) if all(abs(r[m + k] / r[0]) < limit for k in range(1, 6)))
        m = min(2 * last, most)
        window = {k: (1.0 if abs(k) <= m / 2 else 2 * (1 - abs(k) / m)) for k in range(-m, m + 1)}
        g0 = sum(window[k] * r[abs(k)] for k in window)
        big = sum(window[k] * abs(k) * r[abs(k)] for k in window)
        return float((2 * big**2 / (4 / 3 * g0**2)) ** (1 / 3) * n ** (1 / 3))

    for seed, phi in ((1, 0.3), (2, 0.5), (3, 0.7)):
        series = autocorrelated(np.random.default_rng(seed), 2000, phi)
        assert politis_white(series) == pytest.approx(written_out(series))
    assert automatic_block(np.random.default_rng(4).normal(size=2000)) <= 3
    assert automatic_block(np.ones(100)) == 1


@pytest.mark.parametrize("rows", [150, 600, 3000])
def test_rows_that_offset_each_other_need_no_long_runs(rows: int) -> None:
    """Two shops take turns: the spectrum at 0 is about 0, and its inverse told runs of half of all rows."""
    shops = np.tile([1.0, -1.0], rows // 2)
    for seed in range(20):
        assert automatic_block(np.random.default_rng(seed).normal(size=rows) + shops) <= 5


def test_too_few_defined_draws_give_no_interval() -> None:
    assert np.isnan(bounds(np.array([np.nan, np.nan, 1.0]), 0.95)).all()


def test_units_that_the_rows_come_from() -> None:
    every, whole = np.ones(100), np.arange(100)
    ten = units(100, Resampling(block=10))
    assert effective_units(whole, every) == 100
    assert effective_units(ten, every) == 10
    assert effective_units(units(100, Resampling(block=200)), every, 200) == 0.5
    assert effective_units(ten, whole % 5 == 0) == 10
    assert effective_units(ten, whole < 20) == 2
    assert effective_units(ten, whole < 0) == 0


@pytest.mark.parametrize(
    ("rows", "block", "needed"), [(29, 1, 30), (60, 1, 0), (900, 30, 0), (290, 30, 323), (100, 720, 7200), (3400, 168, 0)]
)
def test_too_few_rows_or_blocks_give_a_value_and_no_interval(rows: int, block: int, needed: int) -> None:
    errors = np.random.default_rng(2).uniform(1, 2, rows)
    found = interval("mae", np.zeros(rows), Given(errors), Resampling(resamples=200, block=block))
    assert found.value == pytest.approx(errors.mean())
    assert found.rows_needed == pytest.approx(needed, rel=0.05)
    assert np.isnan([found.low, found.high]).all() == bool(needed)


def test_few_large_errors_carry_no_interval() -> None:
    errors = np.r_[np.random.default_rng(2).uniform(1, 2, 200), 300.0, 400.0]
    found = interval("mae", np.zeros(202), Given(errors), HOW)
    assert np.isnan(found.high)
    assert found.is_unsound
    assert found.even < 3
    assert found.rows_needed > 202


def test_a_tail_without_a_variance_carries_no_interval() -> None:
    errors = np.random.default_rng(6).pareto(1.1, 20_000)
    found = interval("mae", np.zeros(20_000), Given(errors), Resampling(resamples=200))
    assert np.isnan(found.high)
    assert found.tail


def test_groups_are_drawn_whole_wherever_their_rows_stand() -> None:
    dice = np.random.default_rng(8)
    group = np.repeat(np.arange(60), 20)
    error = np.abs(dice.normal(10, 2, 60)[group] + dice.normal(0, 0.2, 1200))
    order = dice.permutation(1200)
    y = np.zeros(1200)
    blind = interval("mae", y, Given(error), HOW)
    seeing = interval("mae", y, Given(error), Resampling(resamples=4000, seed=5, groups=group))
    shuffled = interval("mae", y, Given(error[order]), Resampling(resamples=4000, seed=5, groups=group[order]))
    assert (shuffled.low, shuffled.high) == pytest.approx((seeing.low, seeing.high))
    half = stats.t.ppf(0.975, 59) * error.reshape(60, 20).mean(axis=1).std(ddof=1) / 60**0.5
    assert (seeing.low, seeing.high) == pytest.approx((error.mean() - half, error.mean() + half), rel=0.03)
    assert seeing.high - seeing.low > 3.5 * (blind.high - blind.low)
    few = interval("mae", y, Given(error), Resampling(groups=group // 10))
    assert (few.blocks, np.isnan(few.high)) == (pytest.approx(6), True)


def test_the_largest_error_has_no_interval() -> None:
    found = interval("max_error", np.zeros(100), Given(np.arange(100.0)), HOW)
    assert found.value == 99
    assert np.isnan([found.low, found.high]).all()
    assert "largest of these 100 rows" in found.note


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
    assert found["first"].blocks == pytest.approx(6)
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
@given(st.integers(180, 220), st.floats(0.1, 100), st.integers(1, 4), st.integers(0, 1000))
def test_scaling_the_errors_scales_the_interval(rows: int, factor: float, block: int, seed: int) -> None:
    error = np.random.default_rng(seed).gamma(2.0, 1.0, rows)
    how = Resampling(resamples=200, block=block, seed=seed)
    one, scaled = interval("mae", np.zeros(rows), Given(error), how), interval("mae", np.zeros(rows), Given(error * factor), how)
    expected = (one.low * factor, one.value * factor, one.high * factor)
    assert (scaled.low, scaled.value, scaled.high) == pytest.approx(expected, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["mae", "rmse", "medae", "r2", "mape", "wape", "bias"]), st.integers(30, 300), st.integers(0, 1000))
def test_an_interval_holds_its_own_value(metric: str, rows: int, seed: int) -> None:
    dice = np.random.default_rng(seed)
    y = dice.normal(10, 3, rows)
    found = interval(metric, y, Given(y + dice.standard_t(4, rows)), Resampling(resamples=200, seed=seed))
    assert np.isnan(found.high) or found.low <= found.value <= found.high
