"""YAML text -> a tree that keeps what a loader forgets: styles, anchors, aliases, tags, and where each part stands.

A document is a root entry; a mapping's entries have a key, a sequence's have none. Comments are placed on entries by `comments`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

Kind = Literal["scalar", "map", "seq", "alias"]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTY = re.compile(r"[&!]\S*")
_SPACE = re.compile(r"\s+")
_COMMENT = re.compile(r"#[^\n\r\x85\u2028\u2029]*")


@dataclass(slots=True, eq=False)
class Comment:
    """From `#` to the end of the line. `blank`: an empty line stands above it."""

    start: int
    column: int
    text: str
    own_line: bool
    blank: bool = False


@dataclass(slots=True, eq=False)
class Part:
    """A scalar, a collection or an alias. `start` is behind anchor and tag; `end` exclusive (a block's reaches to the next token)."""

    kind: Kind
    start: int
    end: int
    column: int
    value: str = ""
    style: str | None = None
    plain: bool = False
    flow: bool = False
    anchor: str | None = None
    tag: str | None = None
    entries: list[Entry] = field(default_factory=list)
    tail: list[Comment] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Entry:
    """One `key: value`, one `- item`, or a document's root. `before` are comments above it, `eol` those at the end of its line."""

    start: int
    key: Part | None
    value: Part
    blank: bool = False
    before: list[Comment] = field(default_factory=list)
    eol: list[Comment] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Page:
    """One document: comments above and below its root. `start` is where its `---` stands, or 0; `gap`: its head ends with an empty line."""

    start: int
    root: Entry
    head: list[Comment] = field(default_factory=list)
    tail: list[Comment] = field(default_factory=list)
    gap: bool = False
    index: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing stands between its `---`s but, at most, comments."""
        value = self.root.value
        return value.kind == "scalar" and value.plain and not value.value and not value.anchor and not value.tag


def read_pages(text: str) -> list[Page]:
    """Return the documents of a text that loads, at least one, without their comments."""
    reader = _Reader(text)
    pages: list[Page] = []
    start = 0
    for event in reader.events:
        if isinstance(event, yaml.DocumentStartEvent):
            start = _offsets(event)[0] if event.explicit else start
            part = reader.part(next(reader.events))
            pages.append(Page(start if pages else 0, Entry(part.start, None, part), index=len(pages)))
    return pages or [Page(0, Entry(0, None, Part("scalar", 0, 0, 0, plain=True)))]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))

    def part(self, event: Any) -> Part:
        (start, end), column = _offsets(event), event.start_mark.column
        if isinstance(event, yaml.AliasEvent):
            return Part("alias", start, end, column, value=str(event.anchor))
        behind = _behind_properties(self.text, start) if event.anchor or event.tag else start
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style
            return Part("scalar", behind, end, column, event.value, event.style, plain, anchor=event.anchor, tag=event.tag)
        kind: Kind = "map" if isinstance(event, yaml.MappingStartEvent) else "seq"
        part = Part(kind, behind, end, column, flow=bool(event.flow_style), anchor=event.anchor, tag=event.tag)
        self._fill(part)
        return part

    def _fill(self, part: Part) -> None:
        at = part.start
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                part.end = _offsets(event)[1 if part.flow else 0]
                break
            first = self.part(event)
            entry = self._entry(part, first, event.start_mark.index, at)
            entry.blank = is_blank_above(self.text, entry.start)
            part.entries.append(entry)
            at = entry.value.end
        if part.entries and not part.flow:
            part.column = column_of(self.text, part.entries[0].start)

    def _entry(self, part: Part, first: Part, start: int, at: int) -> Entry:
        if part.kind == "map":
            return Entry(start, first, self.part(next(self.events)))
        return Entry(start if part.flow else _dash(self.text, at, start), None, first)


def _offsets(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _behind_properties(text: str, at: int) -> int:
    """Skip an anchor, a tag, and the spaces and comments behind them."""
    while found := (_PROPERTY.match(text, at) or _SPACE.match(text, at) or _comment_at(text, at)):
        at = found.end()
    return at


def _comment_at(text: str, at: int) -> re.Match[str] | None:
    return _COMMENT.match(text, at) if at == 0 or text[at - 1].isspace() else None


def _dash(text: str, at: int, limit: int) -> int:
    """The first `-` from `at` that stands in no comment: a block sequence's indicator of the item that starts at `limit`."""
    while at < limit:
        comment = _comment_at(text, at)
        if comment:
            at = comment.end()
        elif text[at] == "-":
            return at
        else:
            at += 1
    return limit


def line_start(text: str, at: int) -> int:
    """The offset of the first character of the line that `at` stands in."""
    return text.rfind("\n", 0, at) + 1


def column_of(text: str, at: int) -> int:
    return at - line_start(text, at)


def is_blank_above(text: str, at: int) -> bool:
    """Whether `at` is the first of its line, and the line above is empty."""
    start = line_start(text, at)
    if text[start:at].strip() or start == 0:
        return False
    return not text[line_start(text, start - 1) : start].strip()
