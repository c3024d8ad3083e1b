"""MLS1034: nothing notices that rows are missing."""

from __future__ import annotations

from support.lint import RULES, edited, told


def test_it_tells() -> None:
    specs = edited((RULES, "    - rowCount: {min: 20}\n", ""))
    assert told("MLS1034", specs) == [(RULES, "rules", "an empty or truncated `source/sales` passes every rule")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1034", edited((RULES, "rowCount: {min: 20}", "rowCountChange: {maxDecrease: 5%}"))) == []
