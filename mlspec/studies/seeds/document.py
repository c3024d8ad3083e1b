"""Bands as a document."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.diagnostics.numbers import shown
from mlspec.diagnostics.words import counted
from mlspec.gates.seed_band import Band
from mlspec.reports.charts.model import Range, Ranges
from mlspec.reports.document import EXTRA, MUST, Document, Figure, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code, Inline
from mlspec.studies.seeds.found import Seeds


def seeds_document(found: Seeds) -> Document:
    """A row a metric, what that says, and each seed drawn."""
    band = found.band
    rows = tuple(_row(found, b) for b in band.bands)
    heads = columns("metric", f"seed {band.own}, which stands", "least", "greatest", "sd", "better than it", numbers=(1, 2, 3, 4, 5))
    table = Table(heads, rows, f"{counted(len(band.seeds), 'other seed')} on {band.rows:,} test rows")
    charts = tuple(Section("", (Figure(_chart(found, b), ""),), rank=EXTRA) for b in band.bands)
    sections = (Section("Bands", (table, *_told(found)), rank=MUST), Section("Drawn", sections=charts, rank=EXTRA))
    footer: tuple[Inline, ...] = (("Model ", Code(band.digest)),)
    return Document("seeds", Code(f"model/{band.model}"), sections, "", f"{counted(len(band.seeds), 'training')} with other seeds", footer)


def _row(found: Seeds, band: Band) -> tuple[Inline, ...]:
    better = found.better(band)
    place = "-" if better is None else f"{better} of {len(band.values)}"
    return band.metric, shown(band.standing), shown(band.low), shown(band.high), shown(band.sd), place


def _told(found: Seeds) -> Iterator[Paragraph]:
    if found.is_unused:
        yield Paragraph("Every seed gives the same metrics: nothing of this recipe hangs on it, or the estimator ignores its seed.")
    else:
        yield Paragraph("A gain no larger than the band is wide may be the seed's. The gate judges the artifact, the band the recipe.")
    yield Paragraph("Same training rows, same test rows, same parameters: what other rows would give, the gates' intervals say.")
    if found.searched:
        yield Paragraph("The search for parameters was not repeated: the band of search and training together would be wider.")


def _chart(found: Seeds, band: Band) -> Ranges:
    rows = [Range(f"seed {seed}", value) for seed, value in zip(found.band.seeds, band.values, strict=True)]
    return Ranges(band.metric, band.metric, tuple(rows), band.standing, f"seed {found.band.own}")
