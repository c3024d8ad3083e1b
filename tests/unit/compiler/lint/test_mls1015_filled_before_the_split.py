"""MLS1015: A statistic of all rows fills in features."""

from __future__ import annotations

from support.lint import SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited((SOURCE, "", "  clean:\n    - fillMissing: {column: price, with: median}\n"))
    assert told("MLS1015", specs) == [(SOURCE, "median", "`price` is filled with the median of all rows, the test's among them")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1015", edited((SOURCE, "", "  clean:\n    - fillMissing: {column: price, with: previous}\n"))) == []
