"""Waivers: what a spec must say, what a project must have, and what time alone may not break."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from support.projects import SPECS, compile_texts

from mlspec.compiler.check.waivers import waiver_problems

SLICED = SPECS["specs/demand-kpis.yaml"].replace('["mae <= 50",', '["mae <= 50", {metric: mae, max: 65, slice: {by: shop}}, {metric: mae, by: shop, maxDifference: 20}, {metric: latency_p99, max: 20ms},')  # fmt: skip
IN_30_DAYS = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()


def waiver(*, owner: str = "owner: '@acme/all'", model: str = "demand", kpi: str = "mae <= 50", reason: str = "see #88", until: str = IN_30_DAYS, more: str = "") -> dict[str, str]:  # fmt: skip
    text = f"apiVersion: mlspec/v1\nkind: Waiver\nmetadata: {{name: gap, {owner}}}\nspec:\n  model: {model}\n  kpi: '{kpi}'\n  reason: '{reason}'\n  until: '{until}'\n{more}"
    return {"specs/gap.yaml": text, "specs/demand-kpis.yaml": SLICED}


def found(files: dict[str, str]) -> list[tuple[str, str]]:
    return [(d.code, d.severity) for d in compile_texts(SPECS | files).diagnostics]


SOUND = {
    "short": waiver(),
    "without spaces": waiver(kpi="mae<=50"),
    "with its unit": waiver(kpi="latency_p99 <= 20ms"),
    "as the table of gates has it": waiver(kpi="latency_p99 <= 0.02"),
    "a comparison": waiver(kpi="mae vs champion, not worse by 0%"),
    "a slice": waiver(kpi="mae <= 65 within shop", more="  subject: shop=north\n"),
    "all slices": waiver(kpi="mae <= 65 within shop"),
    "fairness": waiver(kpi="mae differs by <= 20 between shop", more="  subject: between shop\n"),
    "overall": waiver(more="  subject: overall\n"),
    "leakage, by name": waiver(kpi="leakage: shared rows"),
    "one environment": waiver(more="  environments: [staging]\n"),
}


@pytest.mark.parametrize("files", SOUND.values(), ids=SOUND)
def test_a_sound_waiver(files: dict[str, str]) -> None:
    assert found(files) == []


BROKEN = {
    "no owner": (waiver(owner=""), "MLS0102", "owner"),
    "no reason": (waiver(reason=" "), "MLS0112", "say why"),
    "no such day": (waiver(until="2026-02-30"), "MLS0112", "calendar"),
    "an unknown model": (waiver(model="demnad"), "MLS0302", "did you mean `demand`?"),
    "an unknown KPI": (waiver(kpi="mae <= 51"), "MLS0445", "did you mean `mae <= 50`?"),
    "a KPI of another metric": (waiver(kpi="r2 >= 0.8"), "MLS0445", "one of: "),
    "a subject that is not judged": (waiver(more="  subject: shop=north\n"), "MLS0446", "overall"),
    "overall, of slices": (waiver(kpi="mae <= 65 within shop", more="  subject: overall\n"), "MLS0446", "shop=<value>"),
    "an unknown environment": (waiver(more="  environments: [stagging]\n"), "MLS0407", "did you mean `staging`?"),
    "too long": (waiver(until="2999-01-01"), "MLS0447", "or earlier"),
    "an unknown key": (waiver(more="  expires: never\n"), "MLS0", ""),
}


@pytest.mark.parametrize(("files", "code", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_waiver(files: dict[str, str], code: str, says: str) -> None:
    diagnostics = [d for d in compile_texts(SPECS | files).diagnostics if d.is_error]
    assert len(diagnostics) == 1, diagnostics
    assert diagnostics[0].code.startswith(code)
    assert says in f"{diagnostics[0].message} {diagnostics[0].help}"
    assert diagnostics[0].span and diagnostics[0].span.path == "specs/gap.yaml"


def test_a_leakage_check_that_is_off_needs_no_waiver() -> None:
    files = waiver(kpi="leakage: shared rows")
    off = files["specs/demand-kpis.yaml"] + "  leakage: {sharedRows: null}\n"
    assert found(files | {"specs/demand-kpis.yaml": off}) == [("MLS0445", "error")]


@pytest.mark.parametrize(("today", "codes"), [(date(2026, 11, 30), []), (date(2026, 12, 1), ["MLS0448"]), (date(2026, 9, 2), []), (date(2026, 9, 1), ["MLS0447"])])  # fmt: skip
def test_the_days_that_count(today: date, codes: list[str]) -> None:
    project = compile_texts(SPECS | waiver()).project
    assert project
    fixed = project.waivers["gap"]
    spec = fixed.envelope.spec.model_copy(update={"until": "2026-12-01"})
    object.__setattr__(fixed, "envelope", fixed.envelope.model_copy(update={"spec": spec}))
    assert [d.code for d in waiver_problems(project, today)] == codes


def test_an_ended_waiver_is_a_warning() -> None:
    assert found(waiver(until="2020-01-01")) == [("MLS0448", "warning")]
