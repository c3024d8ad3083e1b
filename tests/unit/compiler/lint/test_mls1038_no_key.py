"""MLS1038: A source has no key."""

from __future__ import annotations

from support.lint import RULES, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited((SOURCE, "  key: [day, shop]\n", ""))
    assert told("MLS1038", specs) == [(SOURCE, "sales", "`source/sales` has no key: rows that arrive twice go unnoticed")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1038", edited((SOURCE, "  key: [day, shop]\n", ""), (RULES, "", "    - unique: [day, shop]\n"))) == []
