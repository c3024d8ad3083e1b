"""MLS1014: missing answers are invented."""

from __future__ import annotations

from support.lint import SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited((SOURCE, "", "  clean:\n    - fillMissing: {column: count, with: mean}\n"))
    assert told("MLS1014", specs) == [(SOURCE, "count", "missing values of `count` are filled, and `model/demand` learns them as answers")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1014", edited((SOURCE, "", "  clean:\n    - filter: count IS NOT NULL\n"))) == []
