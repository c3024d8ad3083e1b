"""What a closer look found, as sections of the gate's report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlspec.diagnostics.numbers import shown
from mlspec.gates.closer.dependence import Dependence
from mlspec.gates.closer.weak import WeakSpots
from mlspec.reports.charts.model import Chart, Curve, Curves, Range, Ranges
from mlspec.reports.document import EXTRA, Figure, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code

_HEADINGS = columns("where", "rows", "mean there", "elsewhere", "at least more", numbers=(1, 2, 3, 4))


def weak_section(found: WeakSpots) -> Section:
    """The slices in which the model errs more; that there is none is worth a line."""
    looked = f"{found.looks:,} slices by one feature or two, on {found.rows:,} test rows"
    if not found.found:
        text = f"Nowhere does it err more than elsewhere, as far as these rows can tell: {looked}, by the {found.loss} of a row."
        return Section("Where it is weak", (Paragraph(text),), rank=EXTRA)
    rows = tuple(
        (Code(", ".join(one.name)), f"{one.rows:,}", shown(one.loss), shown(one.elsewhere), shown(one.least)) for one in found.found
    )
    told = (
        f"Looked for among {looked}: the mean {found.loss} there, and on all other rows. The last column holds for all of these looks "
        f"at once, with {found.confidence:.0%} confidence (each at a share of the rest, by Bonferroni). Those first that hold most of it; "
        "a pair is left out where a slice that holds it says as much. A KPI with `slice: {by: …}` makes one of them count."
    )
    return Section("Where it is weak", (Paragraph(told), Table(_HEADINGS, rows, f"Slices with more {found.loss}")), rank=EXTRA)


def dependence_section(found: Sequence[Dependence]) -> Section:
    """How the answers move with the features that matter most."""
    told = (
        "Partial dependence (Friedman 2001): the mean answer when a feature is set to one value in all of a sample of the test rows, with "
        "a 95% interval for other rows. Where features go together, some of these rows are such as never occur; it tells no cause."
    )
    figures = tuple(Section("", (Figure(chart, caption),), rank=EXTRA) for chart, caption in map(_drawn, found))
    return Section("How it answers", (Paragraph(told),), figures, rank=EXTRA)


def _drawn(one: Dependence) -> tuple[Chart, str]:
    caption = f"The {one.what}, by {one.feature}."
    numbers = [v for v in one.values if isinstance(v, float)]
    if len(numbers) < len(one.values):
        rows = tuple(Range(str(v), m, low, high) for v, m, low, high in zip(one.values, one.mean, one.low, one.high, strict=True))
        return Ranges(one.feature, one.what, rows), caption
    curve = Curve(one.what, tuple(numbers), one.mean, one.low, one.high, dots=True)
    return Curves(one.feature, one.feature, one.what, (curve,), _ends(numbers), _ends([*one.low, *one.high])), caption


def _ends(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def sections(weak: WeakSpots | None, dependences: Sequence[Dependence]) -> Iterator[Section]:
    """Those that have something to say."""
    if dependences:
        yield dependence_section(dependences)
    if weak is not None and weak.looks:
        yield weak_section(weak)
