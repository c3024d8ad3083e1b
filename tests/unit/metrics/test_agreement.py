"""Krippendorff's alpha against his own example, properties of it, and an interval that holds what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.metrics.agreement import Level, agreement
from mlspec.metrics.estimate import Resampling

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")
EXAMPLE = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
"""Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: 4 observers, 12 units."""


def example() -> tuple[np.ndarray, np.ndarray]:
    pairs = [(unit, int(v)) for row in EXAMPLE.strip().splitlines() for unit, v in enumerate(row.split()) if v != "."]
    return np.array([u for u, _ in pairs]), np.array([v for _, v in pairs])


def by_pairs(units: np.ndarray, values: np.ndarray, level: Level) -> float:
    """The definition, pair by pair."""
    groups = [values[units == u] for u in np.unique(units)]
    groups = [g for g in groups if len(g) > 1]
    every = np.concatenate(groups)

    def apart(c: float, k: float) -> float:
        if level == "nominal":
            return float(c != k)
        if level == "interval":
            return float(c - k) ** 2
        low, high = min(c, k), max(c, k)
        between = float(((every >= low) & (every <= high)).sum())
        return (between - (float((every == c).sum()) + float((every == k).sum())) / 2) ** 2

    observed = sum(apart(a, b) / (len(g) - 1) for g in groups for i, a in enumerate(g) for j, b in enumerate(g) if i != j) / len(every)
    chance = sum(apart(a, b) for i, a in enumerate(every) for j, b in enumerate(every) if i != j) / (len(every) * (len(every) - 1))
    return 1 - observed / chance


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_published_example(level: Level, published: float) -> None:
    found = agreement(*example(), level, Resampling())
    assert round(found.value, 3) == published
    assert found.rows == 11  # the unit with one value has no pair
    assert math.isnan(found.low)  # too few for an interval
    assert found.rows_needed == 30


@st.composite
def ratings(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    counts = draw(st.lists(st.integers(1, 4), min_size=2, max_size=12))
    units = np.repeat(np.arange(len(counts)), counts)
    values = np.array(draw(st.lists(st.integers(0, 4), min_size=len(units), max_size=len(units))))
    several = np.isin(units, np.flatnonzero(np.array(counts) > 1))
    if len(np.unique(values[several])) < 2:
        units, values = np.append(units, [99, 99]), np.append(values, [0, 1])
    return units, values


@given(ratings(), st.sampled_from(LEVELS), st.randoms(use_true_random=False))
def test_it_is_the_definition_whatever_the_order_of_units_and_annotators(data, level: Level, dice) -> None:
    units, values = data
    value = agreement(units, values, level, Resampling()).value
    assert value == pytest.approx(by_pairs(units, values, level), abs=1e-9)
    order = list(range(len(units)))
    dice.shuffle(order)
    names = list(range(100))
    dice.shuffle(names)
    assert agreement(np.array(names)[units[order]], values[order], level, Resampling()).value == pytest.approx(value, abs=1e-9)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=50), st.integers(2, 4), st.sampled_from(LEVELS))
def test_perfect_agreement_is_one_and_one_value_alone_says_nothing(truth: list[int], annotators: int, level: Level) -> None:
    found = agreement(np.repeat(np.arange(len(truth)), annotators), np.repeat(truth, annotators), level, Resampling())
    assert math.isnan(found.value) if len(set(truth)) == 1 else found.value == 1.0


def test_perfect_agreement_on_few_keys_is_not_certain() -> None:
    def low(keys: int) -> float:
        return agreement(np.repeat(np.arange(keys), 2), np.repeat(np.arange(keys) % 3, 2), "nominal", Resampling()).low

    assert 0.7 < low(40) < low(400) < 1


@pytest.mark.parametrize("level", LEVELS)
def test_the_interval_holds_the_agreement_of_all_keys(level: Level) -> None:
    """Of 60 samples of 80 keys by annotators who err at random, an interval of 95% may miss seven (and does by chance in 4 of 1,000)."""
    dice = np.random.default_rng(4)

    def sample(keys: int) -> tuple[np.ndarray, np.ndarray]:
        truth = np.repeat(dice.integers(0, 4, keys), 3)
        wrong = dice.random(len(truth)) < 0.2
        return np.repeat(np.arange(keys), 3), np.where(wrong, dice.integers(0, 4, len(truth)), truth)

    whole = agreement(*sample(100_000), level, Resampling(resamples=50)).value
    made = [agreement(*sample(80), level, Resampling(resamples=400)) for _ in range(60)]
    assert sum(not one.low <= whole <= one.high for one in made) <= 7
    assert all(one.high - one.low < 0.5 for one in made)


def test_no_value_is_read_that_stands_alone() -> None:
    assert math.isnan(agreement(np.arange(50), np.arange(50) % 2, "nominal", Resampling()).value)
    assert agreement(np.zeros(0, dtype=int), np.zeros(0), "nominal", Resampling()).rows == 0
