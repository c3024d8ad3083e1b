"""MLS1009: the test is very small or very large."""

from __future__ import annotations

from support.lint import MODEL, edited, told


def test_it_tells() -> None:
    specs = edited((MODEL, "test: 25%", "test: 2%"))
    assert told("MLS1009", specs) == [(MODEL, "2%", "the test holds 2% of the rows: little to judge by")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1009", edited((MODEL, "test: 25%", "test: 50%"))) == []
