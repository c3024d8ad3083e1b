"""A judgement as rows for people: the same table in the terminal, in `mlspec gate` and in the pull request."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from mlspec.diagnostics.numbers import enough_digits, shown
from mlspec.diagnostics.words import rest
from mlspec.gates.breakdown import Breakdown
from mlspec.gates.evidence import Judgement
from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateReport, GateResult, Waived
from mlspec.gates.seed_band import SeedBand, within

HEADINGS = ("gate", "subject", "challenger", "champion", "difference", "interval", "needed", "verdict")


class Judged(Protocol):
    """What the tables show of a judgement."""

    @property
    def model(self) -> str: ...
    @property
    def champion_version(self) -> str | None: ...
    @property
    def report(self) -> GateReport: ...
    @property
    def rows(self) -> int: ...
    @property
    def metrics(self) -> tuple[MetricRow, ...]: ...
    @property
    def seen(self) -> int: ...
    @property
    def breakdowns(self) -> tuple[Breakdown, ...]: ...
    @property
    def seeds(self) -> SeedBand | None: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A judgement that was made elsewhere: its numbers, without the bytes that were judged."""

    model: str
    champion_version: str | None
    report: GateReport
    rows: int
    metrics: tuple[MetricRow, ...] = ()
    seen: int = 0
    breakdowns: tuple[Breakdown, ...] = ()
    seeds: SeedBand | None = None


def breakdown_rows(found: Breakdown) -> list[tuple[str, ...]]:
    """One row a class or group, in the order of its headings; a last one says how many are not shown."""
    rows = [(p.name, f"{p.rows:,}", *map(number, p.values)) for p in found.parts]
    more = (rest(found.left_out, 0), *[""] * (len(found.headings) - 1))
    return [*rows, more] if found.left_out else rows


def gate_rows(judgement: Judged) -> list[tuple[str, ...]]:
    """One row a gate, in the order of HEADINGS. `interval` is of the difference where the gate compares, else of the value."""
    metrics = {row.metric: row for row in judgement.metrics}
    return [_row(gate, metrics.get(gate.metric)) for gate in judgement.report.gates]


def _row(gate: GateResult, metric: MetricRow | None) -> tuple[str, ...]:
    compares = gate.reference is not None
    overall = metric if metric and gate.subject == "overall" else None
    ours = overall.challenger.value if compares and overall else None if compares else gate.value
    difference = gate.value if compares else overall.difference.value if overall and overall.difference else None
    limit = gate.threshold
    interval = (
        f"{number(gate.low, beside=limit)} to {number(gate.high, beside=limit)}" if _known(gate.low) and gate.low != gate.high else "-"
    )
    interval = "one value" if gate.is_of_step and _known(gate.value) else interval
    left = None if compares else limit
    numbers = (
        number(ours, beside=left),
        _compared_with(gate, overall),
        number(difference, sign=True, beside=limit if compares else None),
        interval,
        number(limit, beside=difference if compares else ours),
    )
    return (gate.kpi, gate.subject, *numbers, gate.verdict)


def _compared_with(gate: GateResult, overall: MetricRow | None) -> str:
    """What stands on the other side: the champion, or the baseline (said by name) where the gate is about that."""
    if gate.reference is not None and gate.is_about_baseline:
        return f"{number(gate.reference)} (baseline)"
    if gate.reference is not None:
        return number(gate.reference)
    return number(overall.champion.value) if overall and overall.champion else "-"


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def number(value: float | None, *, sign: bool = False, beside: float | None = None) -> str:
    """Four significant digits, or as many as tell it from the number `beside` it; `-` where there is no number."""
    others = [] if beside is None else [beside]
    return shown(value, 4 if value is None or not math.isfinite(value) else enough_digits(value, others), sign=sign)


def failing(judgement: Judged) -> list[GateResult]:
    """The gates that stand in the way, failed ones first."""
    return sorted((g for g in judgement.report.gates if g.verdict in ("fail", "inconclusive")), key=lambda g: g.verdict != "fail")


def reasons(judgement: Judged) -> list[str]:
    """A line a gate that stands in the way, then one a warning, and one a gain that a seed alone makes.

    Such as `fail: …`, with what it is about and where a leakage check is set.

    No line twice.
    """
    gates = [*failing(judgement), *warnings(judgement)]
    luck = [f"warning: {line}" for line in within(judgement.seeds, judgement.report.gates)]
    return list(dict.fromkeys([*(f"{'warning' if g.warning else g.verdict}: {reason(g)}" for g in gates), *luck]))


def reason(gate: GateResult) -> str:
    """Why, for which rows where it is not all of them, and where a leakage check's limit is set."""
    head = f"{gate.subject}: " if "=" in gate.subject else ""
    return f"{head}{placed(gate)}"


def placed(gate: GateResult) -> str:
    """The message, and the key and line where a leakage check's limit is set."""
    return gate.message + (f" ({gate.where})" if gate.where and gate.verdict != "pass" else "")


def warnings(judgement: Judged) -> list[GateResult]:
    """The gates that hold and whose message should be read all the same."""
    return [g for g in judgement.report.gates if g.warning and g.verdict == "pass"]


def waived(judgement: Judged) -> list[tuple[GateResult, Waived]]:
    """The gates that would stand in the way, each with the waiver that lets it pass."""
    return [(g, g.waiver) for g in judgement.report.gates if g.waiver]


def verdict_line(judgement: Judged) -> str:
    """One line: `pass: 7 gates, against v1.0.0 on 3,400 test rows`."""
    verdicts = [g.verdict for g in judgement.report.gates]
    counted = ", ".join(f"{verdicts.count(v)} {v}" for v in ("pass", "fail", "inconclusive", "waived", "skipped") if v in verdicts)
    against = f"champion {judgement.champion_version}" if judgement.champion_version else "no champion yet"
    seen = f", of which {judgement.seen:,} trained the champion and are left out of the comparison" if judgement.seen else ""
    return f"{judgement.report.verdict}: {counted}; {against}; {judgement.rows:,} test rows{seen}"


def as_json(judgement: Judgement) -> dict[str, Any]:
    """The judgement for `--format json`."""
    return {
        "model": judgement.candidate.model,
        "digest": judgement.candidate.digest,
        "champion": {"version": judgement.champion.version, "digest": judgement.champion.digest} if judgement.champion else None,
        "rows": judgement.rows,
        "verdict": judgement.report.verdict,
        "gates": [g.as_form() for g in judgement.report.gates],
        "metrics": {r.metric: _metric_json(r) for r in judgement.metrics},
        "breakdowns": [b.as_json() for b in judgement.breakdowns],
    }


def _metric_json(row: MetricRow) -> dict[str, Any]:
    parts = {"challenger": row.challenger, "baseline": row.baseline, "champion": row.champion, "difference": row.difference}
    numbers: dict[str, Any] = {k: v.canonical() for k, v in parts.items() if v is not None}
    return numbers if row.train is None else {**numbers, "train": row.train}
