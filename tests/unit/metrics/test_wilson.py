"""The score interval against its published values, and at its ends."""

from __future__ import annotations

import math

import pytest

from mlspec.metrics.wilson import wilson


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
)
def test_the_examples_of_newcombe(hits: int, count: int, low: float, high: float) -> None:
    """Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3."""
    assert wilson(hits, count, 0.95) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_the_ends() -> None:
    assert wilson(20, 20, 0.95)[1] == 1.0
    assert all(math.isnan(end) for end in wilson(0, 0, 0.95))
