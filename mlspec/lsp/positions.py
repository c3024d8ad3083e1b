"""Offsets of a text <-> positions of the protocol: lines from 0, columns in the units that the client counts."""

from __future__ import annotations

import bisect
import re

from lsprotocol import types

from mlspec.diagnostics import Span

_PROTOCOL_BREAK = re.compile("\r\n|[\n\r]")
_YAML_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Positions:
    """Converts for one text. The protocol and YAML disagree on what ends a line; spans count by YAML's rules."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self._encoding = encoding
        self._starts = [0, *(m.end() for m in _PROTOCOL_BREAK.finditer(text))]
        self._yaml_starts = [0, *(m.end() for m in _YAML_BREAK.finditer(text))]

    def offset(self, position: types.Position) -> int:
        """Return the offset of a position; what lies outside the text becomes its nearest end."""
        if position.line >= len(self._starts):
            return len(self.text)
        line = self._line(position.line)
        units = 0
        for index, char in enumerate(line):
            if units >= position.character:
                return self._starts[position.line] + index
            units += self._units(char)
        return self._starts[position.line] + len(line)

    def position(self, offset: int) -> types.Position:
        offset = max(0, min(offset, len(self.text)))
        line = bisect.bisect_right(self._starts, offset) - 1
        return types.Position(line, self._units(self.text[self._starts[line] : offset]))

    def range(self, start: int, end: int) -> types.Range:
        return types.Range(self.position(start), self.position(end))

    def span(self, span: Span) -> types.Range:
        """Return the range of a diagnostic's span."""
        return self.range(self.span_offset(span.line, span.column), self.span_offset(span.end_line, span.end_column))

    def span_offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column (both from 1) as the loader counts."""
        if line > len(self._yaml_starts):
            return len(self.text)
        return min(len(self.text), self._yaml_starts[line - 1] + column - 1)

    def line_of(self, offset: int) -> int:
        """Return the line (from 0, as YAML counts) of an offset."""
        return bisect.bisect_right(self._yaml_starts, offset) - 1

    def line_before(self, offset: int) -> str:
        """Return the text of the line up to an offset."""
        return self.text[self._starts[bisect.bisect_right(self._starts, offset) - 1] : offset]

    def line_after(self, offset: int) -> str:
        """Return the text of the line from an offset on."""
        return self._line(bisect.bisect_right(self._starts, offset) - 1, offset)

    def _line(self, number: int, start: int | None = None) -> str:
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        return self.text[self._starts[number] if start is None else start : end].rstrip("\r\n")

    def _units(self, text: str) -> int:
        if self._encoding == "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) if self._encoding == "utf-32" else len(text.encode("utf-16-le", "surrogatepass")) // 2
