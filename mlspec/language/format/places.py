"""Spans (lines and columns) <-> offsets of a text. Lines end where YAML's lines end."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from mlspec.diagnostics import Span

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one file's text (without its byte order mark)."""

    path: str
    text: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, path: str, text: str) -> Places:
        return cls(path, text, (0, *(m.end() for m in _BREAK.finditer(text))))

    def offsets(self, span: Span) -> tuple[int, int] | None:
        """Return (start, end) of a span, or None when the text has no such place."""
        start, end = self._offset(span.line, span.column), self._offset(span.end_line, span.end_column)
        return (start, end) if start is not None and end is not None and start <= end else None

    def span(self, start: int, end: int) -> Span:
        """Return the span of the text from `start` to `end` (exclusive)."""
        return Span(self.path, *self._place(start), *self._place(end))

    def _offset(self, line: int, column: int) -> int | None:
        if not 1 <= line <= len(self.starts):
            return None
        offset = self.starts[line - 1] + column - 1
        limit = self.starts[line] if line < len(self.starts) else len(self.text)
        return offset if offset <= limit else None

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1
