"""Nadeau and Bengio's interval against its formula by hand, and by what it is for: how often it holds where a naive one does not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlspec.metrics.corrected import corrected


def test_by_hand() -> None:
    """Five folds of 80 and 20 rows: (1/5 + 1/4) s^2, and t of 4 degrees of freedom is 2.776445."""
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    low, high = corrected(values, [(80, 20)] * 5)
    half = 2.7764451 * math.sqrt((0.2 + 0.25) * 2.5)
    assert low == pytest.approx(3 - half, abs=1e-6) and high == pytest.approx(3 + half, abs=1e-6)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, math.nan]])
def test_what_carries_none(values: list[float]) -> None:
    assert all(map(math.isnan, corrected(values, [(8, 2)] * len(values))))


def test_it_holds_where_the_naive_one_does_not() -> None:
    """The error of a mean, learned from 40 rows in ten times repeated five folds: 95% are asked for. The naive t interval holds in a third."""
    from scipy.stats import t

    dice, held, naive, runs = np.random.default_rng(5), 0, 0, 300
    for _ in range(runs):
        rows = dice.normal(size=40)
        values = []
        for _ in range(10):
            for part in np.array_split(dice.permutation(40), 5):
                learn = np.delete(rows, part)
                values.append(float(np.mean((rows[part] - learn.mean()) ** 2)))
        truth = 1 + 1 / 32  # of a model of 32 rows
        low, high = corrected(values, [(32, 8)] * 50)
        half = float(t.ppf(0.975, 49)) * np.std(values, ddof=1) / math.sqrt(50)
        held += low <= truth <= high
        naive += abs(np.mean(values) - truth) <= half
    assert held / runs > 0.9
    assert naive / runs < 0.75
