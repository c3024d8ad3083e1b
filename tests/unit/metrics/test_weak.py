"""Slices that err more are found, and chance alone is not told: the many looks are accounted for."""

from __future__ import annotations

import numpy as np
import pytest

from mlspec.metrics import weak as module
from mlspec.metrics.answers import Array
from mlspec.metrics.weak import weak_slices


def cut(generator: np.random.Generator, rows: int, features: int = 5, values: int = 4) -> dict[str, dict[str, Array]]:
    columns = {f"f{k}": generator.integers(0, values, rows) for k in range(features)}
    return {name: {f"{name} = {v}": column == v for v in range(values)} for name, column in columns.items()}


def test_a_planted_slice_and_a_planted_pair() -> None:
    dice = np.random.default_rng(1)
    parts = cut(dice, 4_000)
    pair = parts["f1"]["f1 = 2"] & parts["f3"]["f3 = 0"]
    losses = dice.exponential(1.0, 4_000) + 1.5 * parts["f0"]["f0 = 1"] + 3.0 * pair
    found = weak_slices(losses, parts, np.arange(4_000), 0.95)
    assert {one.name for one in found.slices} >= {("f0 = 1",), ("f1 = 2", "f3 = 0")}
    assert found.looks == 20 + 10 * 16
    planted = next(one for one in found.slices if one.name == ("f0 = 1",))
    assert 0 < planted.least < 1.5 < planted.loss and planted.rows == parts["f0"]["f0 = 1"].sum()


def test_chance_is_told_as_seldom_as_asked() -> None:
    """Over samples without any weak slice, one is told in at most 5% (Bonferroni is on the safe side), of skewed losses too."""
    dice = np.random.default_rng(7)
    told = 0
    for _ in range(150):
        parts = cut(dice, 600, 4, 3)
        told += bool(weak_slices(dice.exponential(1.0, 600), parts, np.arange(600), 0.95).slices)
    assert told <= 14  # 95% of binomial(150, 0.05) are below


def test_rows_that_err_alike_are_one_witness() -> None:
    """Losses of a group are the same: a slice that holds some bad groups is no news, and by single rows it would be."""
    dice = np.random.default_rng(3)
    told = {"rows": 0, "groups": 0}
    for _ in range(60):
        groups = np.repeat(np.arange(60), 20)
        losses = dice.exponential(1.0, 60)[groups]
        value = dice.integers(0, 3, 60)[groups]
        parts = {"f": {f"f = {v}": value == v for v in range(3)}}
        told["rows"] += bool(weak_slices(losses, parts, np.arange(1_200), 0.95).slices)
        told["groups"] += bool(weak_slices(losses, parts, groups, 0.95).slices)
    assert told["groups"] <= 7 < told["rows"]


def test_a_pair_that_says_no_more_is_left_out() -> None:
    dice = np.random.default_rng(2)
    parts = cut(dice, 4_000, 3)
    found = weak_slices(dice.exponential(1.0, 4_000) + 4.0 * parts["f0"]["f0 = 1"], parts, np.arange(4_000), 0.95)
    assert [one.name for one in found.slices] == [("f0 = 1",)]


def test_looks_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LOOKS", 50)
    dice = np.random.default_rng(2)
    assert weak_slices(dice.random(2_000), cut(dice, 2_000), np.arange(2_000), 0.95).looks <= 50


def test_nothing_to_look_at() -> None:
    assert weak_slices(np.ones(5), {"f": {"f = 1": np.ones(5, bool)}}, np.arange(5), 0.95).looks == 0
    same = weak_slices(np.ones(500), cut(np.random.default_rng(0), 500), np.arange(500), 0.95)
    assert same.looks and not same.slices
