"""Schedules that GitHub can't tell apart, and names that their environments take."""

from __future__ import annotations

from support.projects import SPECS, compile_texts
from support.workflow_projects import batch, fetched, project, zoned

SALES = "specs/sales.yaml"


def told(specs: dict[str, str]) -> list[tuple[str, int, int]]:
    found = compile_texts(SPECS | specs).diagnostics
    return [(d.code, d.span.line, d.span.column) for d in found if d.span and d.severity == "error"]


def test_a_wrong_zone_is_told_where_it_stands() -> None:
    text = zoned(fetched("sales", "0 5 * * *"), "Europe/Berlinn")
    [(code, line, column)] = told({SALES: text})
    assert text.splitlines()[line - 1][column - 1 :].startswith("Europe/Berlinn")
    assert code == "MLS0112"


def test_two_schedules_that_github_can_t_tell_apart() -> None:
    berlin, plain = zoned(fetched("sales", "0 5 * * *")), fetched("more", "0 5 * * *")
    assert [code for code, _, _ in told({SALES: berlin, "specs/more.yaml": plain})] == ["MLS0449"]
    assert told({SALES: berlin, "specs/more.yaml": zoned(plain)}) == []
    assert told({SALES: berlin, "specs/more.yaml": plain.replace("0 5", "1 5")}) == []


def test_an_environment_with_the_name_of_another_one_s_batches() -> None:
    named = {"mlspec.yaml": project(environments="[staging, production, production-batch]")}
    assert [code for code, _, _ in told(named | batch("0 6 * * *"))] == ["MLS0450"]
    assert told(named | batch("")) == []
