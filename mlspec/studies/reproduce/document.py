"""A reproduction as a document."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.diagnostics.numbers import interval, shown
from mlspec.diagnostics.words import counted
from mlspec.gates.alongside import Alongside
from mlspec.reports.document import MUST, Document, Paragraph, Section, Table, Verdict, columns
from mlspec.reports.spans import Code, Inline, Mark, Span
from mlspec.studies.measuring import difference, three
from mlspec.studies.reproduce.found import Reproduction, StageFound

SHOWN = 40
"""Rows of a table; of more stages than that, those that differ."""
_STATE = {"same": "same bytes", "read": "taken as it was read", "differs": "differs"}


def reproduction_document(found: Reproduction) -> Document:
    """The verdict, then the stages, then by how much, then the environment."""
    sections = [
        Section("Verdict", (Verdict("pass" if found.is_same else "fail", _head(found), tuple(_reasons(found))),), rank=MUST),
        Section("Stages", (_stages(found),), rank=MUST),
    ]
    if found.scored:
        sections.append(Section("On the test rows of the commit", (_metrics(found.scored), Paragraph(_apart(found.scored))), rank=MUST))
    sections.append(Section("Environment", tuple(_environment(found))))
    digests: Inline = ("Model ", Code(found.digest), "; made again ", Code(found.again))
    return Document("reproduction", Code(found.name), tuple(sections), "pass" if found.is_same else "fail", _head(found), (digests,))


def _head(found: Reproduction) -> Inline:
    at: tuple[Span, ...] = ("commit ", Code(found.commit[:12]))
    ran = sum(s.state != "read" for s in found.stages)
    if found.is_same:
        return (f"made again bit by bit, {counted(ran, 'stage')} of ", *at)
    return ("it comes out otherwise, of ", *at)


def _reasons(found: Reproduction) -> Iterator[Inline]:
    first = found.first
    if first:
        yield ("the first stage that differs: ", Code(first.name), *_notes(first))
    elif not found.is_same:
        yield "every stage gives what the lock says, and the model's digest is not the record's: one of the two was edited"
    if found.digest == found.again and first:
        yield "the model itself is the same, byte by byte"
    if found.unscored:
        yield ("how much that matters was not measured: ", Code(found.unscored, 1_000))
    if found.unlike:
        yield f"the environment is not the locked one: releases of {counted(len(found.unlike), 'distribution')} are others, see below"


def _notes(stage: StageFound) -> tuple[Span, ...]:
    told: list[Span] = []
    for out in stage.outs:
        if not out.same:
            told += ["; ", Code(out.path), f": {out.note}" if out.note else ": other bytes"]
    return tuple(told)


def _stages(found: Reproduction) -> Table:
    stages = found.stages if len(found.stages) <= SHOWN else tuple(found.differing)[:SHOWN]
    rows: list[tuple[Inline, ...]] = []
    for stage in stages:
        said = "; ".join(dict.fromkeys(o.note for o in stage.outs if o.note))
        rows.append((Code(stage.name), Mark("fail") if stage.state == "differs" else "", _STATE[stage.state], Code(said) if said else ""))
    return Table(columns("stage", "", "made again", "what differs"), tuple(rows), f"{len(found.stages)} stages, in order")


def _metrics(found: Alongside) -> Table:
    then, now = found.scored
    rows = [
        (
            m.metric,
            interval(three(m.found)),
            interval(three(other.found)) if other else "-",
            difference(other.difference if other else None),
        )
        for m in then.measured
        for other in [now.of(m.metric)]
    ]
    return Table(columns("metric", then.name, now.name, "difference", numbers=(1, 2, 3)), tuple(rows), f"{found.rows:,} test rows")


def _apart(found: Alongside) -> str:
    apart = found.scored[1].apart
    if apart is None:
        return ""
    largest = f"; the largest difference is {shown(apart.largest)}" if apart.largest is not None else ""
    told = f"Intervals hold with {found.confidence:.0%} confidence; that of the difference is paired."
    return f"{apart.rows:,} of {found.rows:,} answers differ{largest}. {told}"


def _environment(found: Reproduction) -> Iterator[Paragraph | Table]:
    where = found.environment
    made = {"here": "The environment that mlspec ran in, not the locked one (`--here`)"}.get(
        where.by, f"The lock of the commit, installed anew by {where.by}"
    )
    yield Paragraph(f"{made}: Python {where.version}, {where.platform}. On which machine the model was made first is recorded nowhere.")
    if found.unlike:
        rows = tuple((Code(name), Code(locked), Code(installed)) for name, locked, installed in found.unlike[:SHOWN])
        yield Table(columns("library", "locked", "installed"), rows, f"{len(found.unlike)} that differ")
