"""MLS1020: A model has no KPISet."""

from __future__ import annotations

from support.lint import CLEAN, KPIS, MODEL, told, without


def test_it_tells() -> None:
    specs = without(CLEAN, KPIS)
    assert told("MLS1020", specs) == [(MODEL, "demand", "no KPISet says what `model/demand` must reach")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1020", CLEAN) == []
