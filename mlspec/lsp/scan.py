"""Text -> its scalars with routes and offsets, also where the text is broken: what every answer of the server is found by.

The loader refuses a broken file; an editor's file is broken most of the time. Here a line that the parser stops at is
blanked out, and the rest is read.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

from mlspec.language.yaml.limits import LIMITS

Route = tuple[str | int, ...]
REPAIRS = 8
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar: `route` is its own (of the value that a key is for); `start` and `end` are offsets, quotes included."""

    document: int
    route: Route
    is_key: bool
    value: str
    start: int
    end: int
    style: str = ""
    is_alias: bool = False
    is_bare_pair: bool = False
    is_flow: bool = False

    @property
    def inner(self) -> tuple[int, int]:
        """The offsets of the text without its quotes."""
        return (self.start + 1, self.end - 1) if self.style in ("'", '"') else (self.start, self.end)


@dataclass(frozen=True, slots=True)
class Scan:
    """The scalars of a text, in order. `is_whole`: nothing had to be blanked out."""

    scalars: tuple[Scalar, ...]
    is_whole: bool = True

    def at(self, offset: int) -> Scalar | None:
        """Return the scalar that an offset touches (its end counts)."""
        index = bisect.bisect_right(self.scalars, offset, key=lambda s: s.start) - 1
        found = self.scalars[index] if index >= 0 else None
        return found if found and offset <= found.end and found.end > found.start else None

    def value(self, document: int, route: Route) -> str | None:
        """Return the text of the scalar at a route."""
        return next((s.value for s in self.scalars if s.document == document and not s.is_key and s.route == route), None)

    def keys(self, document: int, route: Route) -> Iterator[Scalar]:
        """The keys of the mapping at a route."""
        return (s for s in self.scalars if s.document == document and s.is_key and s.route[:-1] == route)


@dataclass(slots=True)
class _Frame:
    route: Route
    is_map: bool
    is_flow: bool
    start: int
    key: str | None = None
    wants_key: bool = True
    index: int = 0

    def step(self) -> None:
        """A value ended here."""
        self.index += 1
        self.key, self.wants_key = None, True

    def child(self) -> Route:
        return (*self.route, self.key or "") if self.is_map else (*self.route, self.index)


@dataclass(slots=True)
class _Walk:
    """Follows the parser's events and keeps the scalars."""

    found: list[Scalar] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, str] = field(default_factory=dict)
    document: int = -1

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.document += 1
            self.stack, self.anchors = [], {}
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event.value, event, event.style or "")
            if event.anchor:
                self.anchors[event.anchor] = event.value
        elif isinstance(event, yaml.AliasEvent):
            self._scalar(self.anchors.get(event.anchor or "", ""), event, "*")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
            self._step()

    def _open(self, event: Any) -> None:
        if len(self.stack) > LIMITS.depth:
            raise yaml.YAMLError("nested deeper than a spec is read")
        route = self.stack[-1].child() if self.stack else ()
        self.stack.append(_Frame(route, isinstance(event, yaml.MappingStartEvent), bool(event.flow_style), event.start_mark.index))

    def _scalar(self, value: str, event: Any, style: str) -> None:
        top = self.stack[-1] if self.stack else None
        is_key = top is not None and top.is_map and top.wants_key
        route = () if top is None else (*top.route, value) if is_key else top.child()
        start, end = event.start_mark.index, event.end_mark.index
        bare = is_key and top is not None and top.is_flow and top.start == start
        self.found.append(
            Scalar(self.document, route, is_key, value, start, end, style, style == "*", bare, top is not None and top.is_flow)
        )
        if is_key and top is not None:
            top.key, top.wants_key = value, False
        else:
            self._step()

    def _step(self) -> None:
        if self.stack:
            top = self.stack[-1]
            if top.is_map and top.wants_key:  # a collection as a key: no spec has one
                top.key, top.wants_key = "", False
            else:
                top.step()


@lru_cache(maxsize=20_000)
def scan(text: str) -> Scan:
    """Return the scalars of a text; lines that can't be read are left out."""
    repaired = text
    for _ in range(REPAIRS):
        walk, line = _read(repaired)
        if line is None:
            return Scan(tuple(walk.found), repaired == text)
        shorter = _without(repaired, line)
        if shorter == repaired:
            break
        repaired = shorter
    return Scan(tuple(_read(repaired)[0].found), is_whole=False)


def read_until(text: str, mark: str, line: int) -> tuple[list[Scalar], Scalar | None]:
    """Return the scalars up to the one that holds `mark`, and that one; broken lines before `line` (from 0) are left out."""
    repaired = text
    for _ in range(REPAIRS):
        walk, wrong = _read(repaired, mark)
        if walk.found and mark in walk.found[-1].value:
            return walk.found[:-1], walk.found[-1]
        if wrong is None or (shorter := _without(repaired, min(wrong, line - 1))) == repaired or wrong > line:
            return walk.found, None
        repaired = shorter
    return [], None


def _read(text: str, mark: str | None = None) -> tuple[_Walk, int | None]:
    """Walk the events, up to the scalar that holds `mark`. The second value is the line (from 0) that stopped the parser."""
    walk = _Walk()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            walk.take(event)
            if mark and isinstance(event, yaml.ScalarEvent) and mark in event.value:
                break
    except yaml.MarkedYAMLError as error:
        return walk, _line_of(error, text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return walk, -1
    return walk, None


def _line_of(error: yaml.MarkedYAMLError, text: str) -> int:
    """The line that is to blame: where a bracket or quote was opened, or where text runs on into the next key, not where it showed."""
    context = error.context or ""
    is_open = any(word in context for word in ("flow", "quoted", "simple key"))
    mark = (error.context_mark if is_open else error.problem_mark) or error.problem_mark or error.context_mark
    if mark is None:
        return -1
    lines = _BREAK.split(text)[: mark.line]
    before = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].strip()), None)
    runs_on = "mapping values are not allowed" in (error.problem or "") and before is not None and ":" not in lines[before]
    return before if runs_on and before is not None else int(mark.line)


def _without(text: str, line: int) -> str:
    """Blank out a line (from 0), or the nearest one before it that says anything; offsets stay as they are."""
    bounds = [0, *(m.end() for m in _BREAK.finditer(text)), len(text)]
    for number in range(min(line, len(bounds) - 2), -1, -1):
        start, end = bounds[number], bounds[number + 1]
        body = text[start:end].rstrip("\r\n\x85\u2028\u2029")
        if body.strip():
            return text[:start] + " " * len(body) + text[start + len(body) :]
    return text
