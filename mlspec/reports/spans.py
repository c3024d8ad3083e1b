"""What stands within a line: our own words, and what others wrote. Renderers make both inert; only `Code` shows text to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mlspec.diagnostics.words import and_more
from mlspec.reports.charts.track import Track


@dataclass(frozen=True, slots=True)
class Code:
    """Text of others, or of a file or a command: names, values, messages. At most `limit` characters of it are shown, on one line."""

    text: str
    limit: int = 300


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page or a file of ours; never an address that a spec or a row holds."""

    text: str
    address: str

    def __post_init__(self) -> None:
        """Raise ValueError for an address that is none of a web page or a part of this one."""
        if not re.fullmatch(r"(https?://[\w.-]+(:\d+)?(/[\w./%?&=+,;~#-]*)?|#[\w-]+|[\w-][\w./-]*)", self.address, re.ASCII):
            raise ValueError(self.address)


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict, shown by a sign and its word, never by colour alone. `word`: a key of MARKS, or any other word, without a sign.

    `sign`: whether plain forms show the sign too.
    """

    word: str
    sign: bool = True


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line within a cell or an item."""


MARKS = {"pass": "✅", "fail": "❌", "inconclusive": "⚠️", "waived": "🔶", "warning": "⚠️"}
"""Word -> its sign where text has no colour."""

Span: TypeAlias = str | Code | Strong | Link | Mark | Track | Break
Inline: TypeAlias = Span | tuple[Span, ...]


def spans(text: Inline) -> tuple[Span, ...]:
    """The parts of a line."""
    return text if isinstance(text, tuple) else (text,)


def some_spans(items: Sequence[Span], most: int = 3) -> tuple[Span, ...]:
    """`a, b, c and 4 more`, of spans; nothing of none."""
    listed: tuple[Span, ...] = tuple(part for item in items[:most] for part in (", ", item))[1:]
    return (*listed, and_more(len(items), most)) if len(items) > most else listed


def lines_of(lines: Iterable[Inline]) -> tuple[Span, ...]:
    """Lines in one cell, one under the other."""
    return tuple(span for line in lines for span in (Break(), *spans(line)))[1:]


def plain(text: Inline) -> str:
    """The words alone, as a heading's name or a title needs them."""
    return "".join(_plain(span) for span in spans(text))


def _plain(span: Span) -> str:
    if isinstance(span, str | Break):
        return span if isinstance(span, str) else " "
    return span.word if isinstance(span, Mark) else span.title if isinstance(span, Track) else span.text


def signed(mark: Mark) -> str:
    """`✅ pass`."""
    return f"{MARKS[mark.word]} {mark.word}" if mark.sign and mark.word in MARKS else mark.word
