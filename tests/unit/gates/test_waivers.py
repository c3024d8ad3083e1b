"""What a waiver does to gates: the one that it names, while it is in force, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from support.projects import SPECS, compile_texts

from mlspec.compiler.project.project import Project
from mlspec.gates.blocks import verdict_block
from mlspec.gates.result import GateReport, GateResult, Verdict
from mlspec.gates.tables import Shown, failing, gate_rows, verdict_line, waived
from mlspec.gates.waivers import first_end, in_force, waive
from mlspec.registry.records import GateEntry
from mlspec.reports.to_markdown import markdown

TODAY = date(2026, 11, 21)


def waiver(name: str = "gap", until: str = "2026-12-01", kpi: str = "mae <= 50", more: str = "") -> str:
    return f"apiVersion: mlspec/v1\nkind: Waiver\nmetadata: {{name: {name}, owner: '@acme/all'}}\nspec: {{model: demand, kpi: '{kpi}', reason: 'see\n  #88', until: '{until}'{more}}}\n"


def project(*texts: str) -> Project:
    compiled = compile_texts(SPECS | {f"specs/w{n}.yaml": text for n, text in enumerate(texts)}).project
    assert compiled
    return compiled


def gate(kpi: str = "mae <= 50", verdict: Verdict = "fail", subject: str = "overall") -> GateResult:
    return GateResult(kpi, "mae", subject, 61.0, 60.0, 62.0, 50.0, 3400, verdict, "mae is 61")


def report(*gates: GateResult) -> GateReport:
    return GateReport(gates or (gate(), gate("mae vs baseline, better by 10%", "pass")), 0.95)


def waived_by(texts: list[str], found: GateReport, environment: str | None = "staging", today: date = TODAY) -> GateReport:
    return waive(found, in_force(project(*texts), "demand", environment, today))


def test_a_failed_gate_is_waived_and_the_report_passes() -> None:
    found = waived_by([waiver()], report())
    assert [g.verdict for g in found.gates] == ["waived", "pass"] and found.verdict == "pass"
    assert report().verdict == "fail"
    waiver_of = found.gates[0].waiver
    assert waiver_of and (waiver_of.name, waiver_of.owner, waiver_of.until, waiver_of.reason) == (
        "gap",
        "@acme/all",
        "2026-12-01",
        "see #88",
    )
    assert first_end(found) == datetime(2026, 12, 1, tzinfo=UTC) and first_end(report()) is None


OTHERWISE: dict[str, dict[str, Any]] = {
    "nobody waives": {"texts": []},
    "another KPI": {"texts": [waiver(kpi="mae vs champion, not worse by 0%")]},
    "another environment": {"texts": [waiver(more=", environments: [production]")]},
    "every environment, and it holds in one": {"texts": [waiver(more=", environments: [staging]")], "environment": None},
    "another subject": {"texts": [waiver(more=", subject: overall")], "found": report(gate(subject="shop=north"))},
    "the day it ends": {"texts": [waiver()], "today": date(2026, 12, 1)},
    "longer than any may": {"texts": [waiver()], "today": date(2026, 9, 1)},
    "leakage, that no waiver names": {"texts": [waiver()], "found": report(gate("leakage: shared rows"))},
}


@pytest.mark.parametrize("case", OTHERWISE.values(), ids=OTHERWISE)
def test_what_is_not_covered_stays_failed(case: dict[str, Any]) -> None:
    found = waived_by(case["texts"], case.get("found", report()), case.get("environment", "staging"), case.get("today", TODAY))
    assert found.verdict == "fail" and not any(g.waiver for g in found.gates)


COVERED: dict[str, dict[str, Any]] = {
    "its environment": {"texts": [waiver(more=", environments: [staging]")]},
    "every environment": {"texts": [waiver()], "environment": None},
    "its subject": {"texts": [waiver(more=", subject: overall")]},
    "the last day": {"texts": [waiver()], "today": date(2026, 11, 30)},
    "inconclusive": {"texts": [waiver()], "found": report(gate(verdict="inconclusive"))},
    "leakage, by name": {"texts": [waiver(kpi="leakage: shared rows")], "found": report(gate("leakage: shared rows"))},
}


@pytest.mark.parametrize("case", COVERED.values(), ids=COVERED)
def test_the_clean_twins(case: dict[str, Any]) -> None:
    found = waived_by(case["texts"], case.get("found", report()), case.get("environment", "staging"), case.get("today", TODAY))
    assert found.verdict == "pass" and found.gates[0].verdict == "waived"


def test_a_gate_that_passes_or_was_not_judged_needs_no_waiver() -> None:
    for verdict_now in ("pass", "skipped"):
        assert waived_by([waiver()], report(gate(verdict=verdict_now))) == report(gate(verdict=verdict_now))


def test_another_gate_that_fails_still_stands_in_the_way() -> None:
    found = waived_by([waiver()], report(gate(), gate("r2 >= 0.8")))
    assert found.verdict == "fail" and [g.kpi for g in failing(Shown("demand", None, found, 10))] == ["r2 >= 0.8"]


def test_of_several_the_one_that_ends_last_counts() -> None:
    found = waived_by([waiver("a", "2026-11-25"), waiver("b", "2026-12-05"), waiver("c", "2026-12-05")], report())
    assert found.gates[0].waiver and found.gates[0].waiver.name == "b"


def test_tables_and_body_show_who_and_why() -> None:
    shown = Shown("demand", "v1.0.0", waived_by([waiver()], report()), 3400)
    assert gate_rows(shown)[0][-1] == "waived" and [w.name for _, w in waived(shown)] == ["gap"]
    assert verdict_line(shown).startswith("pass: 1 pass, 1 waived;")
    told = markdown(verdict_block(shown))
    for word in ("✅ **pass**", "🔶 waived", "`waiver/gap`", "`@acme/all`", "`2026-12-01`", "`see #88`"):
        assert word in told


def test_a_claim_keeps_it_and_no_verdict_stands_alone() -> None:
    found = waived_by([waiver()], report()).gates[0]
    entry = GateEntry.model_validate(found.as_form())
    assert entry.canonical()["waiver"] == {"name": "gap", "owner": "@acme/all", "until": "2026-12-01", "reason": "see #88"}
    assert GateResult.from_form(entry.canonical()).waiver == found.waiver
    for wrong in (replace(found, waiver=None), replace(found, verdict="pass")):
        with pytest.raises(ValueError, match="only then"):
            GateEntry.model_validate(wrong.as_form())
