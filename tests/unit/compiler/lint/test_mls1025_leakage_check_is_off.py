"""MLS1025: A leakage check is switched off."""

from __future__ import annotations

from support.lint import KPIS, edited, told


def test_it_tells() -> None:
    specs = edited((KPIS, "", "  leakage: {sharedRows: null}\n"))
    assert told("MLS1025", specs) == [(KPIS, "sharedRows", "the leakage check `sharedRows` is switched off")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1025", edited((KPIS, "", "  leakage: {sharedRows: 5}\n"))) == []
