"""A change taken apart, as a document."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.diagnostics.numbers import interval, shown
from mlspec.diagnostics.words import counted, rest
from mlspec.reports.charts.model import Range, Ranges
from mlspec.reports.document import EXTRA, MUST, Document, Figure, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code, Inline
from mlspec.studies.measuring import difference, three
from mlspec.studies.why.found import Share, Why
from mlspec.studies.why.sides import CODE, PARAMS, ROWS, SEED

SHOWN = 12
"""Parameters, files and libraries that are listed."""


def why_document(found: Why) -> Document:
    """The parts of the change, what they are, and what else to know."""
    title = Code(f"model/{found.now.candidate.model}")
    change = "" if found.change is None else f": {found.change:+.4g}"
    summary = f"{found.metric} since {found.then.name}{change}"
    heads = columns("what changed", found.metric, "alone", "after all others", numbers=(1, 2, 3))
    table = Table(heads, (*_ends(found), *map(_row, found.shares)), f"{found.metric}, on {found.rows:,} test rows of today")
    figure = Section("Drawn", (Figure(_chart(found), "What each part adds, with its interval."),), rank=EXTRA)
    differs = Section("What is not the same", tuple(_differences(found)), rank=MUST)
    return Document("why", title, (Section("Parts", (table, *_told(found)), rank=MUST), differs, figure), "", summary, ())


def _ends(found: Why) -> Iterator[tuple[Inline, ...]]:
    yield Code(f"{found.then.name}, on its own test rows"), _estimate(found.before), "", ""
    yield Code(f"{found.now.name}, on today's"), _estimate(found.after), "", ""


def _estimate(found: Any) -> str:
    return "-" if found is None else interval(three(found))


def _row(share: Share) -> tuple[Inline, ...]:
    ends = ("" if one is None else f"{one.value:+.4g}" for one in (share.first, share.last))
    return (share.name, difference(share.found), *ends)


def _told(found: Why) -> Iterator[Paragraph]:
    told = [s.name for s in found.shares if s.is_told]
    words = f"these rows tell from nothing: {', '.join(told)}" if told else "these rows tell none of them from nothing"
    yield Paragraph(f"The parts add up to the change; {words}. An interval that holds 0 is no proof that a part does nothing.")
    yield Paragraph(
        "A part's share is what it adds on average over all orders in which the parts can change one after the other (Shapley 1953). "
        "Where `alone` and `after all others` differ much, the parts act together, and no share is one part's own."
    )
    if any(s.name == SEED for s in found.shares):
        yield Paragraph("The seed's share is that of one other seed; `mlspec seeds` says how far any of them moves the metric.")
    for name, note in found.notes.items():
        yield Paragraph(f"{name}: {note}.")


def _differences(found: Why) -> Iterator[Paragraph | Table]:
    then, now = found.then, found.now
    if then.candidate.artifacts.train.digest != now.candidate.artifacts.train.digest:
        yield Paragraph(
            f"{ROWS.capitalize()}: what sources, cleaning, features and split made is not the same; `mlspec diff` says what of them."
        )
    yield from _listed(PARAMS.capitalize(), _flat(then.params), _flat(now.params))
    yield from _listed(CODE.capitalize(), then.code, now.code, only_names=True)
    if then.seed != now.seed:
        yield Paragraph(f"Seed: {then.seed}, now {now.seed}.")
    libraries = found.libraries
    if libraries:
        named = ", ".join(f"{name} {before} -> {after}" for name, before, after in libraries[:SHOWN])
        more = f" and {rest(len(libraries), SHOWN)}" if len(libraries) > SHOWN else ""
        yield Paragraph(f"Libraries of the lock: {named}{more}. Their share is what then's recipe, trained here, changes.")


def _listed(title: str, then: Mapping[str, Any], now: Mapping[str, Any], *, only_names: bool = False) -> Iterator[Paragraph]:
    names = [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    if names:
        told = [name if only_names else f"{name} {_value(then, name)} -> {_value(now, name)}" for name in names[:SHOWN]]
        more = f" and {rest(len(names), SHOWN)}" if len(names) > SHOWN else ""
        yield Paragraph(f"{title}: {', '.join(told)}{more}.")


def _value(params: Mapping[str, Any], name: str) -> str:
    value = params.get(name, "-")
    return shown(value) if isinstance(value, float) else str(value)


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """{dotted name: value} of what is nested."""
    if not isinstance(value, Mapping):
        return {name: value}
    return {key: one for own, part in value.items() for key, one in _flat(part, f"{name}.{own}" if name else str(own)).items()}


def _chart(found: Why) -> Ranges:
    known = [(s.name, s.found) for s in found.shares if s.found is not None]
    rows = [Range(n, e.value, math.nan if e.low is None else e.low, math.nan if e.high is None else e.high) for n, e in known]
    return Ranges(f"What makes up the change in {found.metric}", found.metric, tuple(rows), 0.0, counted(len(rows), "part"))
