"""Differences between groups: when there are any to judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from mlspec.metrics.estimate import Resampling
from mlspec.metrics.groups import group_spread


@dataclass(frozen=True)
class Given:
    predicted: np.ndarray
    proba: np.ndarray | None = None
    classes: tuple[Any, ...] | None = (0, 1)


HOW = Resampling(resamples=300, seed=3)


def text(*counts: tuple[str | None, int]) -> np.ndarray:
    return np.array([name for name, count in counts for _ in range(count)], dtype=object)


def test_by_hand() -> None:
    error = np.repeat([1.0, 3.0, 5.0], [100, 50, 50])
    found = group_spread("mae", np.zeros(200), Given(error), text(("f", 100), ("m", 100)), HOW)
    assert {name: group.value for name, group in found.groups.items()} == {"f": 1.0, "m": 4.0}
    assert (found.difference.value, found.difference.rows) == (3.0, 100)
    assert found.difference.low < 3.0 < found.difference.high


def test_a_group_without_negatives_has_no_false_positive_rate_and_nothing_is_compared() -> None:
    y = np.array([0] * 200 + [1] * 200, dtype=object)
    found = group_spread("false_positive_rate", y, Given(np.ones(400, dtype=int)), text(("a", 200), ("b", 200)), HOW)
    assert found.groups["a"].value == 1.0
    assert np.isnan(found.groups["b"].value)
    assert np.isnan([found.difference.value, found.difference.low, found.difference.high]).all()


def test_a_group_without_positives_has_no_recall() -> None:
    y = np.array([0] * 200 + [1] * 200, dtype=object)
    found = group_spread("recall", y, Given(y), text(("a", 200), ("b", 200)), HOW)
    assert np.isnan(found.groups["a"].value)
    assert np.isnan(found.difference.value)


def test_small_groups_are_shown_and_left_out() -> None:
    error = np.repeat([1.0, 2.0, 500.0], [150, 150, 3])
    groups = text(("a", 150), ("b", 150), (None, 3))
    found = group_spread("mae", np.zeros(303), Given(error), groups, HOW)
    assert found.difference.value == 1.0
    assert (found.groups["(missing)"].value, found.groups["(missing)"].judged) == (500.0, False)
    alone = group_spread("mae", np.zeros(303), Given(error), groups, HOW, min_rows=151)
    assert np.isnan(alone.difference.value)


def test_equal_shares_of_nothing_may_still_differ() -> None:
    """No false positive among 100 and 100 negatives: by Clopper-Pearson (Bonferroni, 2.5% a group) each rate may be 4.3%."""
    y = np.zeros(200, dtype=object)
    found = group_spread("false_positive_rate", y, Given(y), text(("a", 100), ("b", 100)), HOW)
    assert (found.difference.value, found.difference.low) == (0.0, 0.0)
    assert found.difference.high == pytest.approx(1 - 0.0125 ** (1 / 100))


def test_groups_of_few_blocks_have_no_interval() -> None:
    error = np.random.default_rng(1).gamma(2.0, 1.0, 400)
    how = Resampling(resamples=200, block=15)
    apart = group_spread("mae", np.zeros(400), Given(error), text(("a", 260), ("b", 140)), how)
    mixed = group_spread("mae", np.zeros(400), Given(error), np.array(["a", "b"] * 200, dtype=object), how)
    assert np.isnan(apart.difference.high)
    assert apart.difference.rows_needed > 140
    assert np.isfinite(mixed.difference.high)
