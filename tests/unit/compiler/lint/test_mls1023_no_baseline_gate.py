"""MLS1023: no KPI asks the model to beat the baseline."""

from __future__ import annotations

from support.lint import CLEAN, KPIS, edited, told


def test_it_tells() -> None:
    specs = edited((KPIS, "    - {metric: mae, versus: baseline, improveBy: 10%}\n", ""))
    assert told("MLS1023", specs) == [(KPIS, "kpis", "no KPI asks `model/demand` to beat its baseline")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1023", CLEAN) == []
