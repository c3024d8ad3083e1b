"""A document with every kind of block, span and chart, with a text of the caller's in every slot, and what reads the pages made of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html.parser import HTMLParser

from mlspec.reports.charts.model import Categories, Chart, Curve, Curves, Density, Histogram, Matrix, Range, Ranges, Series
from mlspec.reports.charts.parallel import Axis, Parallel, Way
from mlspec.reports.charts.track import Track
from mlspec.reports.document import (
    EXTRA,
    MUST,
    Bullets,
    CodeBlock,
    Column,
    Document,
    Figure,
    Fold,
    Paragraph,
    Section,
    Small,
    Table,
    Verdict,
)
from mlspec.reports.spans import Break, Code, Link, Mark, Strong

NAN = math.nan
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a|b|c",
    "`x` ``y`` ```",
    "\x1b[2J\x07\x00 bell",
    "\u202eright-to-left\u2066 \u200f",
    "line\nbreak\r\n# heading\n- item",
    "[a](javascript:alert(1)) ![i](http://evil.example/x.png)",
    "@everyone #1 https://evil.example www.evil.example </details></code></table>",
    "{{ 7*7 }} {% raw %} ${x} %%{init}%% -->",
    "\ud800 lone",
    "",
)


def charts(words: str) -> tuple[Chart, ...]:
    """Every kind of chart, named with these words."""
    return (
        Categories(words, words, words, (words, "b"), (Series(words, "bar", (1.0, -2.0)), Series("line", "line", (0.5, 1.5)))),
        Ranges(words, words, (Range(words, 1.0, 0.5, 1.5, words), Range("none", NAN)), 1.2, words, words, is_limit=True),
        Curves(
            words,
            words,
            words,
            (Curve(words, (0.0, 0.5, 1.0), (0.0, 0.8, 1.0)), Curve("two", (0.2, 0.9), (0.1, 0.7), (0.0, 0.6), (0.2, 0.9), dots=True)),
        ),
        Histogram(words, words, (0.0, 1.0, 2.0, 3.0), (3, 0, 5), 1.5),
        Density(words, words, words, (0.0, 4.0), (0.0, 4.0), ((1, 0, 2), (0, 9, 0), (4, 0, 1)), words),
        Matrix(words, words, words, (words, "no"), ((8, 2), (0, 5))),
        Parallel(
            words,
            words,
            (Axis(words, words, words), Axis(words, words, words)),
            (Way((0.2, 1.0), (words, words), 1.0), Way((math.nan, 0.0), (words, words), 2.0), Way((1.0, 0.5), (words, words), 3.0)),
            2,
        ),
    )


def every(words: str) -> Document:
    """The document."""
    track = Track(words, 3.0, 2.0, 4.0, 5.0, "below", 6.0, 3.5)
    table = Table(
        (Column(Code(words)), Column(words, number=True), Column("drawn")),
        ((Code(words), words, track), (Strong(words), Mark("pass"), Track("none", NAN)), (Mark(words), "1", (words, Break(), Code(words)))),
        words,
    )
    blocks = (
        Paragraph((words, " ", Strong(words), " ", Code(words), " ", Link(words, "https://example.org/a/b?c=d"))),
        Verdict("fail", words, ((Mark("fail"), " ", Code(words)), words)),
        Bullets((Code(words), words)),
        Bullets((words,), boxes=True),
        table,
        CodeBlock(f"first\n{words}\n````", "yaml"),
        Fold(words, (Paragraph(words), table)),
        Small(words),
    )
    figures = tuple(Section("", (Figure(chart, (words, Code(words))),), rank=EXTRA) for chart in charts(words))
    inner = Section((words, Code(words)), (Paragraph(words),))
    parts = (Section(words, blocks, (inner,), MUST), Section("Charts", sections=figures), Section("Last", (Paragraph("end"),)))
    return Document("test", Code(words), parts, "fail", words, (words, Code(words)))


@dataclass
class Reader(HTMLParser):
    """What stands in a page: elements with their attributes, headings in order, and all text."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]


def read(page: str) -> Reader:
    """Read a page."""
    found = Reader()
    found.feed(page)
    found.close()
    return found
