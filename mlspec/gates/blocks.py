"""A judgement as blocks of a document: what pull requests, the comment and the report show alike."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.diagnostics.words import rest
from mlspec.gates.breakdown import Breakdown
from mlspec.gates.overfit import gap
from mlspec.gates.result import GateResult, Waived
from mlspec.gates.seed_band import within
from mlspec.gates.tables import HEADINGS, Judged, breakdown_rows, failing, gate_rows, number, verdict_line, waived, warnings
from mlspec.reports.document import Block, Column, Paragraph, Table, Verdict, columns
from mlspec.reports.spans import Code, Inline, Mark, Span

NAMED, WORST = 20, 12
MESSAGE = 1_000
"""Characters of a message, where there is room for a long one."""


def verdict_block(judgement: Judged, *, named: bool = True, first: tuple[Inline, ...] = ()) -> Verdict:
    """The verdict with a line a gate that stands in the way, that warns, or that a waiver lets pass, after the lines `first`.

    `named`: say which model it is about.
    """
    found = failing(judgement)
    reasons: list[Inline] = [(Mark(g.verdict, sign=False), ": ", *_about(g)) for g in found[:NAMED]]
    reasons += [f"{rest(len(found), NAMED)}, in the table below"] if len(found) > NAMED else []
    reasons += [(Mark("warning"), ": ", *_about(g)) for g in warnings(judgement)[:NAMED]]
    reasons += [(Mark("warning"), ": ", Code(line, MESSAGE)) for line in within(judgement.seeds, judgement.report.gates)]
    reasons += [_waived(g, w) for g, w in waived(judgement)[:NAMED]]
    head: tuple[Span, ...] = ("for ", Code(f"model/{judgement.model}"), ": ") if named else ()
    return Verdict(judgement.report.verdict, (*head, after_verdict(judgement)), tuple(dict.fromkeys((*first, *reasons))))


def after_verdict(judgement: Judged) -> str:
    """`7 pass, 1 skipped; champion v1.0.0; 3,400 test rows`."""
    return verdict_line(judgement).partition(": ")[2]


def _about(gate: GateResult) -> tuple[Span, ...]:
    place: tuple[Span, ...] = (" (", Code(gate.where), ")") if gate.where else ()
    return Code(gate.kpi), " (", Code(gate.subject), "): ", Code(gate.message), *place


def _waived(gate: GateResult, waiver: Waived) -> Inline:
    by: tuple[Span, ...] = ("; by ", Code(f"waiver/{waiver.name}"), " of ", Code(waiver.owner))
    return (Mark("waived"), ": ", *_about(gate), *by, ", until ", Code(waiver.until), ": ", Code(waiver.reason))


def kpi_blocks(judgement: Judged) -> tuple[Block, ...]:
    """The table of gates, and what its intervals are."""
    rows: list[tuple[Inline, ...]] = [(Code(row[0]), Code(row[1]), *row[2:7], Mark(row[7])) for row in gate_rows(judgement)]
    share = f"{judgement.report.confidence:.0%}"
    note = f"Intervals hold with {share} confidence; where a gate compares, the interval is of the paired difference."
    return Table(columns(*HEADINGS, numbers=(2, 3, 4, 5, 6)), tuple(rows)), Paragraph(note + of_steps(judgement))


def of_steps(judgement: Judged) -> str:
    """What is said of gates on numbers of Steps, after what intervals are; "" where there are none."""
    told = " A number that a Step wrote is one value, measured once: it has no interval, and nothing was resampled."
    return told if any(gate.is_of_step for gate in judgement.report.gates) else ""


def metric_table(judgement: Judged) -> Table | None:
    """Each metric of challenger, champion and baseline with the paired difference; None without metrics.

    Where training rows were asked, the challenger's value on these comes last, with how far the test rows are from it.
    """
    rows: list[tuple[Inline, ...]] = []
    trained = any(row.train is not None for row in judgement.metrics)
    for row in judgement.metrics:
        ours, theirs, difference = row.challenger, row.champion, row.difference
        between = f"{number(ours.low)} to {number(ours.high)}" if ours.low is not None and ours.high is not None else "-"
        ends = [number(v, sign=True) for v in (difference.value, difference.low, difference.high)] if difference else []
        apart = f"{ends[0]} ({ends[1]} to {ends[2]})" if ends else "-"
        numbers = number(ours.value), between, number(theirs.value) if theirs else "-", apart, number(row.baseline.value)
        last = (f"{number(row.train)} ({gap(row)})" if row.train is not None else "-",) if trained else ()
        rows.append((Code(row.metric), *numbers, *last))
    names = (
        "metric",
        "challenger",
        "interval",
        "champion",
        "difference",
        "baseline",
        *(["on training rows (test rows)"] if trained else []),
    )
    heads = columns(*names, numbers=tuple(range(1, len(names))))
    return Table(heads, tuple(rows)) if rows else None


def breakdown_table(found: Breakdown, caption: str = "") -> Table:
    """A class or group a row, with the rows behind each number."""
    heads = (Column(Code(found.by)), *columns(*found.headings[1:], numbers=tuple(range(len(found.headings) - 1))))
    return Table(heads, tuple((Code(row[0]), *row[1:]) for row in breakdown_rows(found)), caption)


def breakdown_blocks(judgement: Judged) -> Iterator[Block]:
    """How the model does by class and by group."""
    for found in judgement.breakdowns:
        yield Paragraph(("By ", Code(found.by), ":"))
        yield breakdown_table(found)


def worst_slices(judgement: Judged) -> Table | None:
    """Slice and fairness gates with the least room, worst first; None where there are none."""
    sliced = [g for g in judgement.report.gates if not g.is_whole and not g.is_leakage]
    worst = sorted(sliced, key=room)[:WORST]
    rows = [(Code(g.kpi), Code(g.subject), number(g.value), f"{g.rows:,}", number(g.threshold), Mark(g.verdict)) for g in worst]
    return Table(columns("gate", "slice", "value", "rows", "needed", "verdict", numbers=(2, 3, 4)), tuple(rows)) if rows else None


def room(gate: GateResult) -> tuple[int, float]:
    """Sorts gates by how little is left between value and limit, those that miss first."""
    order = {"fail": 0, "inconclusive": 1, "waived": 1, "pass": 2}.get(gate.verdict, 3)
    left = abs(gate.threshold - gate.value) / (abs(gate.threshold) or 1.0)
    return order, left if left == left else 0.0  # noqa: PLR0124 - NaN differs from itself
