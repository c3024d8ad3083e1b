"""One document, for every form in which it is read: terminal, Markdown, JSON, HTML. Frozen data, built by who knows what it says.

Nothing here is markup. A renderer decides how a heading, a verdict or a chart looks, and makes text inert, whatever it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mlspec.reports.charts.model import Chart
from mlspec.reports.spans import Inline

MUST, MAIN, EXTRA = 0, 1, 2
"""Ranks of sections: where there is not room for all, the highest rank is left out first."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Inline


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, said first: the verdict's word, what it is about, and why, a line each."""

    word: str
    text: Inline
    reasons: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list. `boxes`: of things to tick off."""

    items: tuple[Inline, ...]
    boxes: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading. `number`: its cells are numbers, and stand to the right."""

    heading: Inline
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first cell of a row names it. `caption`: what the table shows, for who can't see what stands around it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Inline, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines to the letter."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, with what is to be seen in it."""

    chart: Chart
    caption: Inline = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """What is closed at first, where a form can fold."""

    summary: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Small:
    """What is said of the document itself, at its end."""

    text: Inline


Block: TypeAlias = Paragraph | Verdict | Bullets | Table | CodeBlock | Figure | Fold | Small


@dataclass(frozen=True, slots=True)
class Section:
    """A part with a heading ("" for none), its blocks, and parts of its own. `rank`: MUST, MAIN or EXTRA."""

    heading: Inline
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    rank: int = MAIN


@dataclass(frozen=True, slots=True)
class Document:
    """`kind`: what it is (`gate`), for the head of a page and for who reads the JSON. `word`: the verdict over all, "" for none."""

    kind: str
    title: Inline
    sections: tuple[Section, ...]
    word: str = ""
    summary: Inline = ""
    footer: tuple[Inline, ...] = field(default=())


Style: TypeAlias = Literal["text", "markdown", "json", "html"]
STYLES: dict[str, Style] = {".txt": "text", ".md": "markdown", ".json": "json", ".html": "html", ".htm": "html"}
"""A file's ending -> how it is written."""


def columns(*headings: Inline, numbers: tuple[int, ...] = ()) -> tuple[Column, ...]:
    """Columns of these headings; `numbers`: the positions of those that hold numbers."""
    return tuple(Column(heading, i in numbers) for i, heading in enumerate(headings))
