"""MLS1032: A source has no ValidationRules."""

from __future__ import annotations

from support.lint import CLEAN, RULES, SOURCE, told, without


def test_it_tells() -> None:
    specs = without(CLEAN, RULES)
    assert told("MLS1032", specs) == [(SOURCE, "sales", "nothing says what must be true of the rows of `source/sales`")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1032", CLEAN) == []
