"""A comparison as a document."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlspec.diagnostics.numbers import interval
from mlspec.diagnostics.words import counted, rest
from mlspec.gates.alongside import Scored
from mlspec.reports.charts.model import Range, Ranges
from mlspec.reports.document import EXTRA, MUST, Document, Figure, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code, Inline, Mark
from mlspec.studies.compare.found import Comparison
from mlspec.studies.measuring import difference, three

SHOWN = 100
"""Models of a table."""


def comparison_document(found: Comparison) -> Document:
    """The models by the metric that counts, what that says, then each other metric."""
    title = "Leaderboard" if found.against_best else "Comparison"
    count = counted(len(found.models), "model")
    summary = f"{count} on the same {found.found.rows:,} test rows, by {found.metric}"
    metrics = [m.metric for m in found.found.scored[0].measured if m.metric != found.metric]
    rest_ = tuple(Section(Code(metric), (_table(found, metric),), rank=EXTRA) for metric in metrics)
    figure = (Section("Drawn", (Figure(_chart(found), "The differences with their intervals."),), rank=EXTRA),)
    first = Section(found.metric, (_table(found, found.metric), *_told(found)), rank=MUST)
    digests: tuple[Inline, ...] = (("Test rows ", Code(found.test)),)
    return Document(
        found.kind, title, (first, *figure, *((Section("Other metrics", sections=rest_),) if rest_ else ())), "", summary, digests
    )


def _table(found: Comparison, metric: str) -> Table:
    best, scored = set(found.among_best), found.found.scored[:SHOWN]
    rows = [_row(one, metric, found.found.reference) for one in scored]
    if found.against_best and metric == found.metric:
        rows = [(*row, _place(one, metric, best)) for row, one in zip(rows, scored, strict=True)]
        heads = columns("model", metric, "difference from the best", "", numbers=(1, 2))
    else:
        heads = columns("model", metric, "difference", numbers=(1, 2))
    more = f"; {rest(len(found.found.scored), SHOWN)}" if len(found.found.scored) > SHOWN else ""
    return Table(heads, tuple(rows), f"By {found.metric}, the best first{more}")


def _place(one: Scored, metric: str, best: set[str]) -> str:
    return "may be the best" if one.name in best else "worse" if one.of(metric) else "undefined"


def _row(one: Scored, metric: str, reference: str) -> tuple[Inline, ...]:
    measured = one.of(metric)
    if measured is None:
        return Code(one.name), "-", "-"
    between = "compared with" if one.name == reference else difference(measured.difference)
    note = f"; {measured.note}" if measured.note else ""
    return Code(one.name), interval(three(measured.found)), f"{between}{note}"


def _told(found: Comparison) -> Iterator[Paragraph]:
    sides, many = found.found, len(found.models) > 2
    yield from (Paragraph((Mark("warning"), " ", Code(one.message))) for one in found.stale)
    yield Paragraph(f"Intervals hold with {sides.confidence:.0%} confidence; that of a difference is paired, on the same rows.")
    if many:
        yield Paragraph(
            f"{len(found.models) - 1} differences were looked at: the interval of each holds with {sides.adjusted:.4%}, so that all "
            f"hold together with {sides.confidence:.0%} (Bonferroni; Dunn 1961)."
        )
    if found.against_best:
        names = len(found.among_best)
        yield Paragraph(
            f"With {sides.confidence:.0%} confidence the model that is best on all rows, not only on these, is among the {names} that "
            "these rows can't tell from the first (subset selection: Gupta 1965, Hsu 1984)."
            if names > 1
            else "These rows tell the first from all others."
        )
        yield Paragraph(
            f"The first of {len(found.models)} stands first by merit and by luck: its own {found.metric} is likelier too good than too bad,"
            " and its interval is that of one model that was named before. Fresh rows tell."
        )


def _chart(found: Comparison) -> Ranges:
    rows = []
    for one in found.found.others[:SHOWN]:
        measured = one.of(found.metric)
        between = measured.difference if measured else None
        if between is not None:
            low, high = (math.nan if end is None else end for end in (between.low, between.high))
            rows.append(Range(one.name, between.value, low, high))
    title = f"Difference in {found.metric} from {found.found.reference}"
    return Ranges(title, found.metric, tuple(rows), 0.0, found.found.reference)
