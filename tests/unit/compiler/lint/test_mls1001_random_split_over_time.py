"""MLS1001: rows with a time are split at random."""

from __future__ import annotations

from support.lint import CLEAN, MODEL, edited, told


def test_it_tells() -> None:
    specs = edited((MODEL, "strategy: time, test", "strategy: random, test"))
    assert told("MLS1001", specs) == [
        (MODEL, "random", "the rows have a time, `day`, and the split is random: the model sees the test's future")
    ]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1001", CLEAN) == []
