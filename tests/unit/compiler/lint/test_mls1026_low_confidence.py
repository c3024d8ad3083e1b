"""MLS1026: the confidence is low."""

from __future__ import annotations

from support.lint import KPIS, edited, told


def test_it_tells() -> None:
    specs = edited((KPIS, "", "  confidence: 60%\n"))
    assert told("MLS1026", specs) == [(KPIS, "60%", "with a confidence of 60% luck passes the gate often")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1026", edited((KPIS, "", "  confidence: 90%\n"))) == []
