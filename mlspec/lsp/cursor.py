"""What may be written at the cursor: the text is cut there, a mark put in, and read until the mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlspec.lsp.positions import Positions
from mlspec.lsp.scan import Route, Scalar, read_until

_MARK = "\ue000"
_SUFFIXES = (f"{_MARK}: ", _MARK, f'{_MARK}"', f"{_MARK}'")
_SPLIT = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_KIND = re.compile(r"""^\{?\s*(?:apiVersion:[^,\n]*,\s*)?kind:\s*["']?(\w+)""", re.MULTILINE)
_KEY = re.compile(r"[\w-]*")
_WORD = re.compile(r"[\w./:$}-]*")


@dataclass(frozen=True, slots=True)
class Place:
    """A place for a key (of the mapping at `route`) or a value (at `route`). `start` to `end` is what it replaces."""

    kind: str | None
    document: int
    route: Route
    is_key: bool
    typed: str
    start: int
    end: int
    quote: str
    is_flow: bool
    before: tuple[Scalar, ...]

    def said(self, route: Route) -> str | None:
        """Return the value at a route of the same document, as far as it stands before the cursor."""
        return next((s.value for s in self.before if s.document == self.document and not s.is_key and s.route == route), None)


def places(text: str, offset: int, positions: Positions) -> list[Place]:
    """Return the places that the cursor may be at: a key's, a value's, or both where it is open which."""
    number, start = _document_at(text, offset)
    kind = _kind_in(text[start:])
    head, line = text[start:offset].replace(_MARK, " "), positions.line_of(offset) - positions.line_of(start)
    found: dict[bool, Place] = {}
    for suffix in _SUFFIXES:
        before, at = read_until(head + suffix, _MARK, line)
        if at is not None and at.is_key not in found and not at.is_bare_pair and at.is_key == suffix.endswith(": "):
            found[at.is_key] = _place(text, offset, start, number, kind, at, before)
    return list(found.values())


def _place(text: str, offset: int, base: int, number: int, kind: str | None, at: Scalar, before: list[Scalar]) -> Place:
    begin = base + at.inner[0]
    rest = (_KEY if at.is_key else _WORD).match(text, offset)
    end = rest.end() if rest else offset
    route = at.route[:-1] if at.is_key else at.route
    shifted = tuple(_shifted(s, number) for s in before)
    typed = at.value.split(_MARK)[0]
    return Place(kind, number, route, at.is_key, typed, begin, end, at.style, at.is_flow, shifted)


def _shifted(scalar: Scalar, number: int) -> Scalar:
    return Scalar(number, scalar.route, scalar.is_key, scalar.value, scalar.start, scalar.end, scalar.style)


def _document_at(text: str, offset: int) -> tuple[int, int]:
    """Return the number of the document at an offset, as the parser counts, and where it starts."""
    number, start = 0, 0
    for found in _SPLIT.finditer(text, 0, offset):
        if found.end() > offset:
            break
        if any(_says_anything(line) for line in text[start : found.start()].splitlines()):
            number += 1
        start = found.end()
    return number, start


def _says_anything(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("#", "%"))


def _kind_in(text: str) -> str | None:
    rest = next(_kinds(text), None)
    return rest[1] if rest else None


def _kinds(text: str) -> Iterator[re.Match[str]]:
    stop = _SPLIT.search(text)
    yield from _KIND.finditer(text, 0, stop.start() if stop else len(text))
