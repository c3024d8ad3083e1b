"""A document as GitHub's Markdown. Text of others stands in code spans, to the letter; our own words are escaped all the same."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from mlspec.diagnostics.render.excerpt import visible
from mlspec.reports.charts.mermaid import blocks, mermaid
from mlspec.reports.charts.model import Categories, Chart, Histogram, Ranges, Series
from mlspec.reports.charts.track import WIDTH, Track, track_text
from mlspec.reports.document import Block, Bullets, CodeBlock, Document, Figure, Fold, Paragraph, Section, Small, Table, Verdict
from mlspec.reports.fitting import fitted
from mlspec.reports.markdown import LIMIT, code
from mlspec.reports.markdown import table as rows_of
from mlspec.reports.spans import MARKS, Break, Code, Inline, Link, Mark, Span, Strong, signed, spans
from mlspec.reports.text import BARS, tracks

_LINKED = re.compile(r"@(?=\w)|#(?=\d)|:(?=//)|(?<=\bwww)\.", re.IGNORECASE)
_SPECIAL = re.compile(rf"[\\`*\[\]<>|~]|&(?=[#\w])|(?<!\w)_|_(?!\w)|{_LINKED.pattern}", re.IGNORECASE)
_FIRST = re.compile(r"^(\s*)([-+=#]|\d+[.)](?=\s|$))")
_BREAKERS = "@#:."
"""Signs that GitHub links after it has rendered: a backslash does not keep it from that, a character of no width does."""
NOTHING = "\u2060"


def render(document: Document, limit: int = LIMIT * 16) -> str:
    """Return the document as Markdown, ending with a newline, no longer than `limit` characters where sections may be left out."""
    return fitted(document, _whole, lambda text: len(text) <= limit)


def _whole(document: Document) -> str:
    head = [f"# {inline(document.title)}"]
    word = f"{MARKS.get(document.word, '')} **{document.word}**: ".lstrip() if document.word else ""
    head += [f"{word}{inline(document.summary)}".removesuffix(": ")] if word or document.summary else []
    parts = [
        *head,
        *(text for s in document.sections for text in section_texts(s, 2)),
        *(f"<sub>{inline(f)}</sub>" for f in document.footer),
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def section_texts(section: Section, level: int) -> Iterator[str]:
    """The heading, then each block, then the parts: each a text of its own."""
    if section.heading:
        yield f"{'#' * min(level, 6)} {inline(section.heading)}"
    yield from map(block_text, section.blocks)
    for inner in section.sections:
        yield from section_texts(inner, level + 1)


def markdown(*blocks: Block | None) -> str:
    """Blocks with a blank line between them; None is nothing."""
    return "\n\n".join(block_text(block) for block in blocks if block is not None)


def drawn(chart: Categories, summary: str) -> str:
    """The chart as a picture of Mermaid's, and folded below it as lines of blocks for where that stays text; "" where it can't be drawn."""
    picture = mermaid(chart)
    return f"{picture}\n{folded(summary, blocks(chart))}" if picture else ""


def block_text(block: Block) -> str:  # noqa: PLR0911 - one kind a line
    """A block, without blank lines around it."""
    match block:
        case Paragraph():
            return _FIRST.sub(r"\1\\\2", inline(block.text))
        case Verdict():
            lines = [f"{MARKS.get(block.word, '⚠️')} **{block.word}** {inline(block.text)}", *(f"- {inline(r)}" for r in block.reasons)]
            return "\n".join(lines)
        case Bullets():
            return "\n".join(f"- {'[ ] ' if block.boxes else ''}{inline(item)}" for item in block.items)
        case Table():
            return rows_of([inline(c.heading) for c in block.columns], [[inline(cell) for cell in row] for row in block.rows]).rstrip("\n")
        case CodeBlock():
            return fenced(block.text, block.language)
        case Figure():
            return _figure(block)
        case Fold():
            return folded(block.summary, "\n\n".join(map(block_text, block.blocks))).rstrip("\n")
        case Small():
            return f"<sub>{inline(block.text)}</sub>"


def folded(summary: str, text: str) -> str:
    """A fold that is closed at first. The blank lines let GitHub read Markdown inside, and end a table."""
    return f"<details><summary>{html.escape(_LINKED.sub(_inert, one_line(summary)))}</summary>\n\n{text.strip(chr(10))}\n\n</details>\n"


def fenced(text: str, language: str = "") -> str:
    """Lines to the letter, within a fence that none of them ends."""
    lines = "\n".join(map(visible, text.rstrip("\n").split("\n")))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", lines)), default=0))
    return f"{fence}{language}\n{lines}\n{fence}"


def inline(text: Inline) -> str:
    """A line of Markdown; in a cell of a table too."""
    return "".join(map(_span, spans(text)))


def _span(span: Span) -> str:  # noqa: PLR0911 - one kind a line
    match span:
        case str():
            return escaped(span)
        case Code():
            return code(span.text, span.limit)
        case Strong():
            return f"**{escaped(span.text)}**"
        case Link():
            return f"[{escaped(span.text)}]({span.address})"
        case Mark():
            return escaped(signed(span))
        case Break():
            return "<br>"
        case Track():
            return drawing(found, WIDTH) if (found := track_text(span)) else ""


def drawing(line: str, width: int) -> str:
    """A line of characters as code. Dots fill it, since blanks at its ends would be lost, and with them the axis."""
    return code(line.ljust(width).replace(" ", "·"))


def escaped(text: str) -> str:
    """Words on one line that mean nothing to Markdown, HTML, or GitHub's own links."""
    return _SPECIAL.sub(_inert, one_line(text))


def one_line(text: str) -> str:
    """Text without ends of lines; what else can't be seen is made visible."""
    return visible(text) if text.isprintable() else " ".join(visible(line) for line in text.splitlines())


def _inert(found: re.Match[str]) -> str:
    sign = found.group()
    return sign + NOTHING if sign in _BREAKERS else f"\\{sign}"


def _figure(block: Figure) -> str:
    chart, caption = block.chart, inline(block.caption)
    head = f"**{escaped(chart.title)}.** {caption}".rstrip()
    picture = mermaid(drawable) if (drawable := _drawable(chart)) else ""
    table = _table(chart)
    if not picture:
        return f"{head}\n\n{table}"
    return f"{head}\n\n{picture}\n{folded(f'{chart.title}: the numbers', table).rstrip()}"


def _drawable(chart: Chart) -> Categories | None:
    """What Mermaid can draw: bars and lines over named points."""
    if isinstance(chart, Categories):
        return chart
    if isinstance(chart, Histogram) and chart.counts:
        labels = tuple(f"{(a + b) / 2:.4g}" for a, b in zip(chart.edges, chart.edges[1:], strict=False))
        return Categories(chart.title, chart.x, "rows", labels, (Series("rows", "bar", tuple(map(float, chart.counts))),))
    return None


def _table(chart: Chart) -> str:
    headings, rows = chart.table()
    lines = [drawing(line, BARS + 1) for line in tracks(chart)] if isinstance(chart, Ranges) else []
    body = [[*map(_cell, row), *([lines[i]] if lines else [])] for i, row in enumerate(rows)]
    return rows_of([*map(_cell, headings), *([""] if lines else [])], body).rstrip("\n")


def _cell(text: str) -> str:
    """Names of classes, groups and features are text of others; numbers of ours are shown as they are."""
    return text if re.fullmatch(r"[-+\d.,%e ]*(to [-+\d.,e]+)?", text) else code(text)
