"""Experiments as a document."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.diagnostics.numbers import interval
from mlspec.diagnostics.words import counted
from mlspec.gates.alongside import Scored
from mlspec.reports.document import MUST, Document, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code, Inline, Mark
from mlspec.studies.experiment.listing import HEAD, Listed
from mlspec.studies.experiment.wanted import told
from mlspec.studies.measuring import difference, three


def listed_document(found: Listed) -> Document:
    """A row an experiment, the best first, HEAD's model among them; then what to think of it."""
    heads = columns("experiment", "tried", found.metric, "difference from HEAD", "from", numbers=(2, 3))
    rows = [*(_row(found, one) for one in (found.found.scored if found.found else ())), *_apart(found)]
    count = counted(len(found.tried), "experiment")
    table = [Table(heads, tuple(rows), f"By {found.metric}, the best first")] if rows else []
    return Document(
        "experiments", Code(f"model/{found.model}"), (Section("Experiments", (*table, *_told(found)), rank=MUST),), "", count, ()
    )


def _row(found: Listed, scored: Scored) -> tuple[Inline, ...]:
    one = next((one for one in found.tried if one.name == scored.name), None)
    measured = scored.of(found.metric)
    value = interval(three(measured.found)) if measured else "-"
    if one is None:
        return Code(HEAD), "what stands", value, "compared with", found.head[:7]
    between = difference(measured.difference) if measured else "-"
    return Code(one.name), told(one.settings), value, between, one.base[:7]


def _apart(found: Listed) -> Iterator[tuple[Inline, ...]]:
    for one in found.tried:
        if one.name in found.apart:
            yield Code(one.name), told(one.settings), "-", found.apart[one.name], one.base[:7]


def _told(found: Listed) -> Iterator[Paragraph]:
    yield from (Paragraph((Mark("warning"), " ", one.message)) for one in found.stale)
    if not found.tried:
        yield Paragraph(f"None yet: `mlspec experiment try model/{found.model} estimator.params.alpha=0.5`.")
    if found.found is not None:
        yield from _of_looks(found, found.found.confidence, found.found.adjusted)
    if any(one.base != found.head for one in found.tried):
        yield Paragraph("Those from another commit than HEAD hold what that commit had, not only what was tried.")
    if found.others:
        more = counted(found.others, "experiment")
        yield Paragraph(f"DVC has {more} more that changed more than values of one model's spec: `dvc exp show -A`.")


def _of_looks(found: Listed, confidence: float, adjusted: float) -> Iterator[Paragraph]:
    yield Paragraph(f"{counted(found.looks, 'other model')} than HEAD's tried on these test rows, those dropped since among them.")
    if found.looks > 1:
        yield Paragraph(
            f"Each difference is paired, on the same rows, and holds with {adjusted:.4%}, so that all of them hold together with "
            f"{confidence:.0%} (Bonferroni; Dunn 1961)."
        )
    yield Paragraph(
        "The first stands first by merit and by luck: its own value is likelier too good than too bad, the more so the more were tried. "
        "An interval of a difference that holds 0 tells no gain. Fresh rows tell."
    )
