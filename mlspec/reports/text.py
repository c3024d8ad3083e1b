"""A document for a terminal or a text file: aligned tables, no wrapping, so that it can be piped; nothing of others moves the cursor."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.diagnostics.render.excerpt import visible
from mlspec.diagnostics.words import cut
from mlspec.reports.aligned import layout
from mlspec.reports.charts.model import Categories, Chart, Histogram, Ranges
from mlspec.reports.charts.track import Track, place, track_text
from mlspec.reports.document import Block, Bullets, CodeBlock, Document, Figure, Fold, Paragraph, Section, Small, Table, Verdict
from mlspec.reports.spans import Break, Code, Inline, Link, Span, spans

BARS = 40
"""Characters of the longest bar."""


def render(document: Document) -> str:
    """Return the document as text, ending with a newline."""
    title = inline(document.title)
    head = [title, "=" * len(title), *([_summary(document)] if document.word or document.summary else [])]
    body = [line for section in document.sections for line in ("", *section_lines(section, "-"))]
    foot = ["", *map(inline, document.footer)] if document.footer else []
    return "\n".join([*head, *body, *foot]) + "\n"


def _summary(document: Document) -> str:
    return ": ".join(part for part in (document.word, inline(document.summary)) if part)


def section_lines(section: Section, underline: str = "") -> Iterator[str]:
    """The lines of a section: its heading, its blocks with a blank line between them, then its parts."""
    parts = [list(block_lines(block)) for block in section.blocks]
    if section.heading:
        heading = inline(section.heading)
        yield heading
        if underline:
            yield underline * len(heading)
    for i, lines in enumerate(parts):
        if i:
            yield ""
        yield from lines
    for inner in section.sections:
        yield ""
        yield from section_lines(inner)


def block_lines(block: Block) -> Iterator[str]:
    """The lines of a block."""
    match block:
        case Paragraph() | Small():
            yield inline(block.text)
        case Verdict():
            yield f"{block.word}: {inline(block.text)}"
            yield from (f"  {inline(reason)}" for reason in block.reasons)
        case Bullets():
            yield from (f"{'[ ]' if block.boxes else '-'} {inline(item)}" for item in block.items)
        case Table():
            yield from layout([inline(c.heading) for c in block.columns], [[inline(cell) for cell in row] for row in block.rows])
        case CodeBlock():
            yield from (f"    {visible(line)}".rstrip() for line in block.text.rstrip("\n").split("\n"))
        case Figure():
            yield from _figure(block)
        case Fold():
            yield visible(block.summary) + ":"
            yield from (line for inner in block.blocks for line in block_lines(inner))


def inline(text: Inline) -> str:
    """A line, without control characters."""
    return "".join(map(_span, spans(text)))


def _span(span: Span) -> str:
    match span:
        case str():
            return visible(span)
        case Code():
            return visible(cut(span.text, span.limit))
        case Track():
            return track_text(span)
        case Break():
            return "; "
        case Link():
            return f"{visible(span.text)} ({visible(span.address)})"
    return visible(span.word if hasattr(span, "word") else span.text)


def _figure(block: Figure) -> Iterator[str]:
    chart = block.chart
    yield visible(chart.title) + (f". {inline(block.caption)}" if block.caption else "")
    headings, rows = chart.table()
    drawn = _drawn(chart)
    shown = [(*map(visible, row), *([drawn[i]] if drawn else [])) for i, row in enumerate(rows)]
    yield from layout([*map(visible, headings), *([""] if drawn else [])], shown)


def _drawn(chart: Chart) -> list[str]:
    """A drawing for each row of a chart's table; none for charts of two dimensions."""
    match chart:
        case Histogram():
            return bars([float(n) for n in chart.counts])
        case Categories() if len(chart.series) == 1:
            return bars(list(chart.series[0].values))
        case Ranges():
            return tracks(chart)
    return []


def bars(values: list[float]) -> list[str]:
    """A bar each, from nought; none for what is below it."""
    most = max([v for v in values if v > 0], default=1.0)
    return ["█" * max(1 if v > 0 else 0, round(max(0.0, v) / most * BARS)) for v in values]


def tracks(chart: Ranges) -> list[str]:
    """Each value in its interval, all on one axis."""
    known = chart.known() or [0.0]
    low, high = min(known), max(known)
    found = []
    for row in chart.rows:
        cells = [" "] * (BARS + 1)
        at = [round(place(v, low, high) * BARS) if v == v else -1 for v in (row.low, row.high, chart.line, row.value)]  # noqa: PLR0124 - NaN
        if at[0] >= 0 and at[1] >= 0:
            cells[at[0] : at[1] + 1] = ["─"] * (at[1] - at[0] + 1)
        for position, sign in ((at[2], "│"), (at[3], "●")):
            if position >= 0:
                cells[position] = sign
        found.append("".join(cells).rstrip())
    return found
