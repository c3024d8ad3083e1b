"""MLS1028: slices of a few rows are judged."""

from __future__ import annotations

from support.lint import CLEAN, KPIS, edited, told


def test_it_tells() -> None:
    specs = edited((KPIS, "minRows: 50", "minRows: 5"))
    assert told("MLS1028", specs) == [(KPIS, "5", "slices of 5 rows are judged: they fail by chance")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1028", CLEAN) == []
