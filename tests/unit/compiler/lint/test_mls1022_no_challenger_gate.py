"""MLS1022: production without a challenger gate."""

from __future__ import annotations

from support.lint import KPIS, PRODUCTION, edited, told, without


def test_it_tells() -> None:
    specs = edited((KPIS, "    - {metric: mae, versus: champion, notWorseBy: 0%}\n", ""))
    assert told("MLS1022", specs) == [
        (KPIS, "kpis", "`model/demand` goes to production, and no KPI compares a candidate with what is deployed there")
    ]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1022", without(edited((KPIS, "    - {metric: mae, versus: champion, notWorseBy: 0%}\n", "")), PRODUCTION)) == []
