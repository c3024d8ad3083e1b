"""MASE: of rows with a scale alone, and by weights as the rows repeated."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.metrics.answers import Array
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import interval
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.slices import Subset, subset
from mlspec.metrics.weighted import statistic, value

NUMBERS = st.floats(-1e3, 1e3)


def answers(predicted, scale):
    return Subset(np.asarray(predicted, dtype=float), None, None, None, None if scale is None else np.asarray(scale, dtype=float))


def test_it_is_the_mean_of_scaled_errors_where_there_is_a_scale() -> None:
    actual = np.array([1.0, 2.0, 3.0, 9.0, 9.0])
    said = answers([2.0, 4.0, 3.0, 0.0, 0.0], [1.0, 4.0, 2.0, math.nan, 0.0])
    assert value("mase", actual, said) == pytest.approx((1 / 1 + 2 / 4 + 0) / 3)
    assert math.isnan(value("mase", actual, answers([0.0] * 5, None))), "nobody has said a scale"
    assert value("mase", actual[:2], subset(said, np.array([True, True, False, False, False]))) == pytest.approx(0.75)


@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, st.floats(0.1, 10), st.integers(0, 3)), min_size=1, max_size=8).filter(
        lambda r: any(w for *_, w in r)
    )
)
def test_weights_are_rows_repeated(rows) -> None:
    actual, said, scale, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    again = np.repeat(np.arange(len(rows)), weights.astype(int))
    found = float(statistic("mase", actual, answers(said, scale))(weights[None, :])[0])
    assert found == pytest.approx(value("mase", actual[again], answers(said[again], scale[again])), rel=1e-9, abs=1e-12)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_smape_is_between_nothing_and_two_and_takes_no_side(rows) -> None:
    actual, said = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = value("smape", actual, answers(said, None))
    assert 0 <= found <= 2 + 1e-12
    assert found == pytest.approx(value("smape", said, answers(actual, None)))


def backtest(dice, folds: int, series: int, common: float) -> tuple[Array, Array, Array, Array]:
    """Truth, a damped and a naive forecast, and the fold of each row: series of AR 0.9 with a share of their shocks in common, 12 steps ahead."""
    horizon, burn = 12, 50
    steps = burn + folds * horizon
    shocks = (1 - common) ** 0.5 * dice.normal(size=(series, steps)) + common**0.5 * dice.normal(size=steps)
    level = np.zeros((series, steps))
    for step in range(1, steps):
        level[:, step] = 0.9 * level[:, step - 1] + shocks[:, step]
    begins = burn + horizon * np.arange(folds)
    truth = np.stack([level[:, b : b + horizon] for b in begins])
    last = level[:, begins - 1].T[:, :, None]
    damped, naive = last * 0.9 ** np.arange(1, horizon + 1), np.broadcast_to(last, truth.shape)
    return truth.reshape(-1), damped.reshape(-1), naive.reshape(-1), np.repeat(np.arange(folds), series * horizon)


def held(folds: int, series: int, common: float, runs: int) -> tuple[float, float]:
    """How often the intervals of MASE, and of its difference from the naive forecast's, hold the truth, where they are given."""
    dice = np.random.default_rng(folds)
    many = [backtest(dice, 400, series, common) for _ in range(8)]
    true = np.mean([np.abs(p - y).mean() for y, p, _, _ in many])
    apart = np.mean([np.abs(p - y).mean() - np.abs(q - y).mean() for y, p, q, _ in many])
    found: list[list[bool]] = [[], []]
    for run in range(runs):
        y, p, q, fold = backtest(dice, folds, series, common)
        ours, theirs = (answers(said, np.ones(len(y))) for said in (p, q))
        how = Resampling(0.95, 200, None, run, groups=fold, kind="fold")
        for i, (one, wanted) in enumerate(
            ((interval("mase", y, ours, how), true), (paired_difference("mase", y, ours, theirs, how), apart))
        ):
            found[i] += [bool(one.low <= wanted <= one.high)] if math.isfinite(one.low) else []
    return float(np.mean(found[0])), float(np.mean(found[1]))


@pytest.mark.parametrize(("folds", "series", "common"), [(12, 1, 0.0), (12, 20, 0.5)])
def test_intervals_by_fold_hold(folds: int, series: int, common: float) -> None:
    """100 samples: a standard error of 0.02."""
    assert min(held(folds, series, common, 100)) >= 0.89


@pytest.mark.slow
@pytest.mark.parametrize("folds", [12, 24, 50])
@pytest.mark.parametrize(("series", "common"), [(1, 0.0), (5, 0.0), (5, 0.5), (20, 0.5)])
def test_every_interval_by_fold_holds(folds: int, series: int, common: float) -> None:
    """600 samples: a standard error of 0.01."""
    assert min(held(folds, series, common, 600)) >= 0.92


def test_six_folds_carry_no_interval() -> None:
    y, p, _, fold = backtest(np.random.default_rng(1), 6, 20, 0.0)
    found = interval("mase", y, answers(p, np.ones(len(y))), Resampling(0.95, 200, groups=fold, kind="fold"))
    assert math.isnan(found.low) and found.is_few and found.drawn == "fold"
