"""Waivers at a judgement: which are in force, and what becomes of a gate that one of them covers. The caller says whose waivers count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from mlspec.compiler.project.project import Bound, Project
from mlspec.gates.evidence import Judgement
from mlspec.gates.result import GateReport, GateResult, Waived
from mlspec.language.kinds.waiver import MAX_DAYS, Waiver

MISSED = ("fail", "inconclusive")


def with_waivers(judgement: Judgement, project: Project, environment: str | None, today: date) -> Judgement:
    """The judgement with its gates waived by the waivers of `project` that are in force: at a promotion that of the base branch."""
    return replace(judgement, report=waive(judgement.report, in_force(project, judgement.model, environment, today)))


def in_force(project: Project, model: str, environment: str | None, today: date) -> list[Bound[Waiver]]:
    """The waivers of a model in an environment (None: those that hold in every one), the one that ends last first."""
    found = [w for w in project.waivers.values() if w.envelope.spec.model == model and _holds(w, environment) and _is_now(w, today)]
    return sorted(found, key=lambda w: (-date.fromisoformat(w.envelope.spec.until).toordinal(), w.name))


def _holds(waiver: Bound[Waiver], environment: str | None) -> bool:
    named = waiver.envelope.spec.environments
    return named is None or environment in named


def _is_now(waiver: Bound[Waiver], today: date) -> bool:
    """Up to the day before `until`; and not at all while it asks for more time than a waiver may have."""
    return today < date.fromisoformat(waiver.envelope.spec.until) <= today + timedelta(days=MAX_DAYS)


def waive(report: GateReport, waivers: Iterable[Bound[Waiver]]) -> GateReport:
    """Each gate that missed and that a waiver names is `waived`. One that passes, or judged nothing, stays what it is."""
    known = list(waivers)
    return replace(report, gates=tuple(_waived(gate, known) for gate in report.gates))


def _waived(gate: GateResult, waivers: list[Bound[Waiver]]) -> GateResult:
    if gate.verdict not in MISSED:
        return gate
    spec = next((w for w in waivers if _covers(w, gate)), None)
    return replace(gate, verdict="waived", waiver=_entry(spec)) if spec else gate


def _covers(waiver: Bound[Waiver], gate: GateResult) -> bool:
    spec = waiver.envelope.spec
    return spec.kpi == gate.kpi and spec.subject in (None, gate.subject)


def _entry(waiver: Bound[Waiver]) -> Waived:
    spec = waiver.envelope.spec
    return Waived(waiver.name, waiver.envelope.metadata.owner, spec.until, " ".join(spec.reason.split()))


def first_end(report: GateReport) -> datetime | None:
    """When the first of the waivers that let gates pass ends; None where there is none. No evidence outlives it."""
    days = [date.fromisoformat(gate.waiver.until) for gate in report.gates if gate.waiver]
    return datetime.combine(min(days), time(), UTC) if days else None
