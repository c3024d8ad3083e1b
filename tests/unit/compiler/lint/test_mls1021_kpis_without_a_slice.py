"""MLS1021: no KPI looks inside the average."""

from __future__ import annotations

from support.lint import KPIS, PRODUCTION, RULES, SOURCE, Edit, edited, linted, told, without


def test_it_tells() -> None:
    specs = edited((KPIS, "    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}\n", ""))
    assert told("MLS1021", specs) == [(KPIS, "kpis", "`model/demand` goes to production, and no KPI looks inside the average")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1021", without(edited((KPIS, "    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}\n", "")), PRODUCTION)) == []


SLICE = (KPIS, "    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}\n", "")


def advice(*edits: Edit) -> list[str | None]:
    return [d.help for d in linted(edited(SLICE, *edits), "MLS1021")]


def test_no_slice_by_what_names_a_row() -> None:
    more = "".join(f"    - {{name: {name}, type: string}}\n" for name in ("customerID", "ticket_id", "title"))
    columns = (SOURCE, "    - {name: shop, type: string}\n", more + "    - {name: shop, type: string}\n    - {name: open, type: boolean}\n")
    assert advice(columns) == ["add a KPI with a slice, as in `slice: {by: open}`"]
    key = (SOURCE, "  key: [day, shop]", "  key: [shop]")
    assert advice(key) == []


def test_what_a_rule_lists_comes_first() -> None:
    columns = (SOURCE, "    - {name: shop, type: string}\n", "    - {name: open, type: boolean}\n    - {name: shop, type: string}\n")
    rule = (RULES, "    - rowCount: {min: 20}\n", "    - rowCount: {min: 20}\n    - {column: shop, in: [north, south]}\n")
    assert advice(columns, rule) == ["add a KPI with a slice, as in `slice: {by: shop}`"]
