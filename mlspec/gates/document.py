"""The gate's report: what was judged, by which rows, and how the model answers, as one document. Every number comes from the judgement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mlspec.diagnostics.numbers import interval, shown
from mlspec.diagnostics.words import rest
from mlspec.gates.blocks import MESSAGE, after_verdict, breakdown_table, metric_table, of_steps, room, verdict_block
from mlspec.gates.breakdown import Breakdown
from mlspec.gates.closer.importance import Importances
from mlspec.gates.closer.told import sections as closer_sections
from mlspec.gates.evidence import Judgement
from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateResult
from mlspec.gates.searched import Searched
from mlspec.gates.tables import failing, gate_rows, placed
from mlspec.gates.tracks import gate_track
from mlspec.reports.charts.model import Range, Ranges
from mlspec.reports.document import EXTRA, MAIN, MUST, Block, Column, Document, Figure, Paragraph, Section, Table, Verdict, columns
from mlspec.reports.spans import Code, Inline, Mark
from mlspec.runtime.decision import Decision

MODELS, GATES, SLICES, FEATURES = 150, 60, 30, 30
"""Rows of a table or a chart: of more, those that matter most, and a line that says how many there are."""
LEGEND = (
    "Drawn: ● the value in its interval, a red line the limit with what it forbids hatched, ◇ the champion, □ the baseline. Where a gate "
    "compares, the axis is the difference, and the other model stands at 0."
)


def gate_document(judgements: Sequence[Judgement], uses: Mapping[str, str], stale: Mapping[str, str] | None = None) -> Document:
    """Return the report of these models. `uses`: what is told of a model's test set; `stale`: why a model is stale; both by model."""
    late = stale or {}
    if len(judgements) == 1:
        (one,) = judgements
        title: Inline = Code(f"model/{one.model}")
        reasons = _verdict(one, late.get(one.model, ""))
        first = (Section("Verdict", (reasons,), rank=MUST),) if reasons.reasons else ()
        sections = (*first, *parts(one, uses.get(one.model, ""), MUST))
        return Document("gate", title, sections, one.report.verdict, after_verdict(one), _footer(one))
    order = sorted(judgements, key=lambda j: ({"fail": 0, "inconclusive": 1}.get(j.report.verdict, 2), j.model))
    models = tuple(
        Section(Code(f"model/{j.model}"), (_verdict(j, late.get(j.model, "")),), tuple(parts(j, uses.get(j.model, "")))) for j in order
    )
    word = next((w for w in ("fail", "inconclusive") if any(j.report.verdict == w for j in judgements)), "pass")
    return Document("gate", f"{len(judgements):,} models", (Section("Overview", (_overview(order),), rank=MUST), *models), word)


def _overview(judgements: Sequence[Judgement]) -> Table:
    rows: list[tuple[Inline, ...]] = [
        (Code(f"model/{j.model}"), Mark(j.report.verdict), f"{len(failing(j)):,}", f"{len(j.report.gates):,}", f"{j.rows:,}")
        for j in judgements[:MODELS]
    ]
    more = len(judgements) - MODELS
    rows += [(rest(more, 0), "", "", "", "")] if more > 0 else []
    return Table(columns("model", "verdict", "gates in the way", "gates", "test rows", numbers=(2, 3, 4)), tuple(rows), "The models judged")


def parts(judgement: Judgement, uses: str, rank: int = MAIN) -> Iterator[Section]:
    """The sections of one model, what decides first. `rank`: of its KPIs."""
    yield Section("KPIs", (*drawn_kpis(judgement),), rank=rank)
    metrics = metric_table(judgement)
    if metrics:
        yield Section("Metrics on the same rows", (metrics,), rank=MAIN)
    found = [_breakdown(b) for b in judgement.breakdowns]
    if found:
        yield Section("By class and group", sections=tuple(found))
    yield from _slices(judgement)
    if judgement.closer and judgement.closer.pictures:
        figures = tuple(Section("", (Figure(p.chart, p.caption),), rank=EXTRA) for p in judgement.closer.pictures)
        yield Section("How it errs", sections=figures)
    yield from _told(judgement)
    if judgement.closer and judgement.closer.importances:
        yield _importances(judgement.closer.importances)
    if judgement.closer:
        yield from closer_sections(judgement.closer.weak, judgement.closer.dependences)
    checks = _checks(judgement)
    if checks:
        yield Section("Leakage checks", (checks,))
    if uses:
        yield Section("Test set", (Paragraph(uses),))


def _told(judgement: Judgement) -> Iterator[Section]:
    """What is told of the model beside its numbers, and judged by nobody."""
    if judgement.alike:
        yield Section("Clusters and the champion's", (Paragraph(f"{judgement.alike}."),))
    if judgement.decision:
        yield _decided(judgement.decision)
    if judgement.searched:
        yield _search(judgement.searched)


def _verdict(judgement: Judgement, stale: str) -> Verdict:
    told: tuple[Inline, ...] = ((Mark("warning"), " ", Code(stale, MESSAGE)),) if stale else ()
    return verdict_block(judgement, named=False, first=told)


def drawn_kpis(judgement: Judgement) -> Iterator[Table | Paragraph]:
    """The table of the KPIs' gates, each drawn; what does not pass is kept where there are too many."""
    gates = [(g, row) for g, row in zip(judgement.report.gates, gate_rows(judgement), strict=True) if not g.is_leakage]
    kept = sorted(range(len(gates)), key=lambda i: (gates[i][0].verdict not in ("fail", "inconclusive"), i))[:GATES]
    metrics = {row.metric: row for row in judgement.metrics}
    rows = [_gate(*gates[i], metrics.get(gates[i][0].metric)) for i in sorted(kept)]
    yield Table(_KPI, tuple(rows), f"{len(gates):,} gates on {judgement.rows:,} test rows")
    if len(gates) > GATES:
        yield Paragraph((f"{len(gates) - GATES:,} more gates are not shown; ", Code("mlspec gate --format json"), " has them."))
    yield Paragraph(
        f"Intervals hold with {judgement.report.confidence:.0%} confidence; where a gate compares, it is that of the paired difference."
        + of_steps(judgement)
    )
    yield Paragraph(LEGEND)


_KPI = (
    *columns("gate", "of", "verdict"),
    *(Column(name, number=True) for name in ("challenger", "interval", "needed")),
    Column("drawn"),
    *(Column(name, number=True) for name in ("champion", "difference", "rows")),
)


def _gate(gate: GateResult, row: Sequence[str], metric: MetricRow | None) -> tuple[Inline, ...]:
    kpi, subject, ours, theirs, difference, between, needed, verdict = row
    rows = f"{gate.rows:,}" if gate.rows else "-"
    drawn = gate_track(gate, metric)
    return Code(kpi), Code(subject), Mark(verdict), ours, between, needed, drawn, theirs, difference, rows


def _breakdown(found: Breakdown) -> Section:
    return Section(("By ", Code(found.by)), (breakdown_table(found, f"Test rows by {found.by}"),))


def _slices(judgement: Judgement) -> Iterator[Section]:
    """The gates on slices, one chart a KPI, the worst first."""
    sliced = [g for g in judgement.report.gates if "=" in g.subject and not g.is_leakage and g.value == g.value]
    charts = []
    for kpi in dict.fromkeys(g.kpi for g in sliced):
        gates = sorted((g for g in sliced if g.kpi == kpi), key=room)
        rows = tuple(Range(g.subject, g.value, g.low, g.high, f"{g.rows:,} rows, {g.verdict}") for g in gates[:SLICES])
        chart = Ranges(kpi, gates[0].metric, rows, gates[0].threshold, "the limit", "rows and verdict", is_limit=True)
        more = f" {len(gates) - SLICES:,} more have more room." if len(gates) > SLICES else ""
        charts.append(Section("", (Figure(chart, f"The slices with the least room first.{more}"),), rank=EXTRA))
    if charts:
        yield Section("Slices", sections=tuple(charts))


def _decided(found: Decision) -> Section:
    """How probabilities were made to mean what they say, and where the answer is cut."""
    told: list[Block] = [Paragraph(Code(line, MESSAGE)) for line in found.lines]
    if found.measured:
        rows: tuple[tuple[Inline, ...], ...] = tuple((Code(name), shown(before), shown(after)) for name, before, after in found.measured)
        told.append(Table(columns("metric", "before", "after", numbers=(1, 2)), rows, "Calibration on training rows"))
        told.append(Paragraph(_CALIBRATED))
    return Section("How answers are decided", tuple(told))


_CALIBRATED = (
    "Each of these rows was answered by a model that had not seen it, and calibrated by what the others taught. The metrics of the test "
    "rows are those of the calibrated model."
)


def _search(found: Searched) -> Section:
    """How the params were found, and how far the best is to be believed."""
    params = Table(
        columns("parameter", "best"), tuple((Code(name), Code(value, MESSAGE)) for name, value in found.params), "What was found"
    )
    told: list[Block] = [Paragraph(f"{found.line()}."), params, Paragraph(_OPTIMISM)]
    if found.nested is not None and found.nested[1] is not None and found.nested[2] is not None:
        whole = f"The whole procedure, search and all, on outer folds: {found.metric} {interval(found.nested)}, with 95% confidence."
        told.append(Paragraph(f"{whole} The interval is Nadeau and Bengio's, of models trained on rows that are drawn alike."))
    figures = tuple(Section("", (Figure(one.chart, one.caption),), rank=EXTRA) for one in found.drawn)
    return Section("The search for params", tuple(told), figures, EXTRA)


_OPTIMISM = (
    "The best of many trials looks better than it is on the folds that chose it: optimism is by how much, seen on other folds of the same "
    "training rows. What the rows themselves have of chance is not in it: the test rows tell, which no trial has seen."
)


def _importances(found: Importances) -> Section:
    """What the model's answers hang on, and what that does not say."""
    fewer = f" Only {found.repeats} of {found.asked} shuffles were done: {found.note}." if found.note else ""
    told = (
        f"How much worse {found.metric} is when a column is shuffled among {found.rows:,} test rows, so that it says nothing of its row; "
        f"the mean of {found.repeats} shuffles, with an interval for other rows and other shuffles.{fewer}"
    )
    limits = (
        "It is about this model on these rows, and tells no cause. Columns that say the same stand in for each other, so that each "
        "looks dispensable; and shuffled rows may be such as never occur."
    )
    rows = tuple(Range(one.feature, one.value, one.low, one.high) for one in found.found[:FEATURES])
    if not rows:
        return Section("What it hangs on", (Paragraph(("Not measured: ", Code(found.note or "no features"))),), rank=EXTRA)
    more = f" {len(found.found) - FEATURES:,} more features matter less." if len(found.found) > FEATURES else ""
    chart = Ranges("Permutation importance", f"how much worse {found.metric} gets", rows, 0.0, "no difference")
    return Section("What it hangs on", (Paragraph(told), Figure(chart, f"Largest first.{more}"), Paragraph(limits)), rank=EXTRA)


def _checks(judgement: Judgement) -> Table | None:
    gates = [g for g in judgement.report.gates if g.is_leakage]
    rows: list[tuple[Inline, ...]] = [
        (
            Code(g.kpi.removeprefix("leakage: ")),
            Mark("warning" if g.warning and g.verdict == "pass" else g.verdict),
            Code(placed(g), MESSAGE),
        )
        for g in gates
    ]
    return Table(columns("check", "verdict", "found"), tuple(rows), "Whether training knew what it must not") if rows else None


def _footer(judgement: Judgement) -> tuple[Inline, ...]:
    found, holder = judgement.candidate, judgement.champion
    parts_ = found.artifacts
    lines: list[Inline] = [
        ("Model ", Code(found.digest), "; test rows ", Code(parts_.test.digest), "; training rows ", Code(parts_.train.digest)),
    ]
    if holder:
        lines.append(("Champion ", Code(holder.version or "-"), " ", Code(holder.digest)))
    lines.append(
        "Judged by mlspec from the bytes of models and rows, in the run that wrote this page; no number was read from a file of results."
    )
    return tuple(lines)
