"""Contrasts of several models on the same rows: they are what a pair's difference is, shares add up, and intervals hold what they promise."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.metrics.contrasts import contrasts, shares, unpaired
from mlspec.metrics.estimate import Estimate, Resampling
from mlspec.metrics.paired import paired_difference
from mlspec.runtime.predict import Predictions


def said(values: np.ndarray) -> Predictions:
    return Predictions(values, None, None)


def test_of_two_models_it_is_the_paired_difference() -> None:
    dice = np.random.default_rng(0)
    actual = dice.normal(size=200)
    one, other = said(actual + dice.normal(size=200)), said(actual + 1.5 * dice.normal(size=200))
    found = contrasts("mae", actual, {"a": one, "b": other}, {"gap": {"a": 1.0, "b": -1.0}}, Resampling())["gap"]
    pair = paired_difference("mae", actual, one, other, Resampling())
    assert (found.value, found.low, found.high) == pytest.approx((pair.value, pair.low, pair.high))


def test_models_that_answer_alike_differ_by_nothing_for_sure() -> None:
    actual = np.arange(100.0)
    same = said(actual + 1)
    found = contrasts("mae", actual, {"a": same, "b": same}, {"gap": {"a": 1.0, "b": -1.0}}, Resampling())["gap"]
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_few_rows_carry_no_interval() -> None:
    found = contrasts("mae", np.zeros(5), {"a": said(np.arange(5.0))}, {"it": {"a": 1.0}}, Resampling())["it"]
    assert found.value == 2 and np.isnan(found.low)


@given(st.lists(st.floats(-100, 100), min_size=8, max_size=8), st.integers(1, 3))
def test_shares_are_the_means_over_all_orders_and_add_up(values: list[float], count: int) -> None:
    factors = [f"f{i}" for i in range(count)]
    worth = {frozenset(f for i, f in enumerate(factors) if number >> i & 1): values[number] for number in range(2**count)}
    found = {name: sum(weight * worth[chosen] for chosen, weight in weights.items()) for name, weights in shares(factors).items()}
    orders = list(permutations(factors))
    for name in factors:
        steps = [worth[frozenset(o[: o.index(name) + 1])] - worth[frozenset(o[: o.index(name)])] for o in orders]
        assert found[name] == pytest.approx(sum(steps) / len(orders), abs=1e-9)
    assert sum(found.values()) == pytest.approx(worth[frozenset(factors)] - worth[frozenset()], abs=1e-9)


def test_ends_of_sets_drawn_apart_add_as_squares() -> None:
    one, other = Estimate(10.0, 7.0, 14.0, 100, 100), Estimate(4.0, 0.0, 7.0, 50, 50)
    found = unpaired(one, other)
    assert (found.value, found.low, found.high) == pytest.approx((6.0, 6 - np.hypot(3, 3), 6 + np.hypot(4, 4)))
    assert found.rows == 50


def covered(count: int, rows: int) -> float:
    """How often the interval of a share of three factors holds the truth, for absolute errors of skewed noise."""
    factors = ["a", "b", "c"]
    weights = {"it": {" ".join(sorted(chosen)): w for chosen, w in shares(factors)["a"].items()}}
    names = {chosen: " ".join(sorted(chosen)) for chosen in shares(factors)["a"]}
    dice, held = np.random.default_rng(1), 0
    scale = {chosen: 1.0 + 0.3 * len(chosen) + 0.2 * ("a" in chosen and "b" in chosen) for chosen in names}
    truth = sum(w * scale[chosen] for chosen, w in shares(factors)["a"].items())  # the mean of exponential errors is their scale
    for number in range(count):
        base = dice.exponential(size=rows)
        answers = {names[c]: said(scale[c] * (0.8 * base + 0.2 * dice.exponential(size=rows))) for c in names}
        found = contrasts("mae", np.zeros(rows), answers, weights, Resampling(seed=number, resamples=400))["it"]
        held += found.low <= truth <= found.high
    return held / count


def test_the_interval_of_a_share_holds_the_truth_as_often_as_it_says() -> None:
    assert covered(150, 120) >= 0.90


@pytest.mark.slow
def test_the_interval_of_a_share_holds_the_truth_as_often_as_it_says_in_many_samples() -> None:
    assert 0.93 <= covered(2_000, 200) <= 0.975
