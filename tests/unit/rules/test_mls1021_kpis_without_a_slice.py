"""MLS1021: no KPI looks inside the average."""

from __future__ import annotations

from support.lint import KPIS, PRODUCTION, edited, told, without


def test_it_tells() -> None:
    specs = edited((KPIS, "    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}\n", ""))
    assert told("MLS1021", specs) == [(KPIS, "kpis", "`model/demand` goes to production, and no KPI looks inside the average")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1021", without(edited((KPIS, "    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}\n", "")), PRODUCTION)) == []
