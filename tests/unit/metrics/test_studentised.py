"""How far the quantiles of few units reach."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from mlspec.metrics.estimate import Resampling
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.slices import Subset
from mlspec.metrics.studentised import WIDEST, Spread, spreads

UNITS = 10


def _of(rows_a_unit: int, confidence: float = 0.95) -> Spread:
    """Ten units, of which two differ much from the others: resamples without them have next to no spread."""
    dice = np.random.default_rng(5)
    level = np.array([8.0, -5.0, *[0.1] * (UNITS - 2)])
    influence = np.repeat(level, rows_a_unit) + 0.1 * dice.normal(size=UNITS * rows_a_unit)
    return spreads({"it": influence}, np.repeat(np.arange(UNITS), rows_a_unit), 1000, 0, confidence)["it"]


def test_long_units_reach_no_further_than_students_quantile_and_a_bit() -> None:
    found, student = _of(400), float(t.ppf(0.975, UNITS - 1))
    assert max(-found.low, found.high) == pytest.approx(WIDEST * student)
    assert max(-_of(10).low, _of(10).high) > 2 * student  # the sums of ten rows may be as skewed as rows are


def test_no_limit_below_the_confidence_that_it_is_proved_for() -> None:
    """Bakirov & Szekely: unequal variances make Student's test too free from 8.3% on."""
    assert max(-_of(400, 0.9).low, _of(400, 0.9).high) > WIDEST * float(t.ppf(0.95, UNITS - 1))


def test_a_much_better_model_is_told_from_ten_stretches_of_time() -> None:
    """Half the error on 3,600 hours, most of it gained in two busy stretches of ten: by resamples alone -57.6 to +0.28."""
    dice, busy = np.random.default_rng(1), np.repeat(np.array([6.0, 1, 1, 1, 1, 6, 1, 1, 1, 1]), 360)
    poor, good = (Subset(scale * busy * dice.normal(size=len(busy)), None, None) for scale in (2.0, 1.0))
    found = paired_difference("mae", np.zeros(len(busy)), good, poor, Resampling(ordered=True, by_time=True, block=360))
    assert found.blocks == UNITS
    assert (found.low, found.high) == pytest.approx((-2.775, -0.199), abs=0.001)
