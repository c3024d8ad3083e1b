"""MLS1029: rows that follow each other are resampled one by one."""

from __future__ import annotations

from support.lint import KPIS, edited, told


def test_it_tells() -> None:
    specs = edited((KPIS, "", "  bootstrap: {block: 1}\n"))
    assert told("MLS1029", specs) == [
        (KPIS, "1", "the split is by time, and rows are resampled one by one: the intervals come out too narrow")
    ]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1029", edited((KPIS, "", "  bootstrap: {block: 14}\n"))) == []
