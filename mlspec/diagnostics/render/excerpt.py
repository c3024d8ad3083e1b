"""The lines of a file around a finding, with carets that line up under wide characters too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from mlspec.diagnostics.diagnostic import Span
from mlspec.diagnostics.secrets import MASK, stretches

MAX_WIDTH = 100
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where YAML ends lines; str.splitlines knows more ends
TAB = "    "


class Sources:
    """Lines of files, each read once; a file that can't be read has none."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._texts = texts
        self._lines: dict[str, list[str]] = {}

    def line(self, path: str, number: int) -> str | None:
        """Return a line (1-based) without its end, or None."""
        if path not in self._lines:
            self._lines[path] = _BREAK.split(self._read(path).removeprefix("\ufeff"))
        lines = self._lines[path]
        return lines[number - 1] if 0 < number <= len(lines) else None

    def _read(self, path: str) -> str:
        if self._texts is not None:
            return self._texts.get(path, "")
        try:
            return Path(path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


def visible(text: str) -> str:
    """Make control characters and escapes visible, so that no file can write to the terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(char: str) -> str:
    point = ord(char)
    return TAB if char == "\t" else f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def width(text: str) -> int:
    """Columns that visible text takes in a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def excerpt(line: str, span: Span, *, secret: bool = False) -> tuple[str, str]:
    """Return (the line, the caret line under the span), cut to 100 columns around the span.

    Secrets in addresses stand as `***`; with `secret`, all that the span marks.
    """
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    end = max(start + 1, min(end, max(len(line), start + 1)))
    line, start, end = _hidden(line, start, end, secret=secret)
    before, marked, after = visible(line[:start]), visible(line[start:end]) or " ", visible(line[end:])
    before, marked, after = _cut(before, marked, after)
    return before + marked + after, " " * width(before) + "^" * max(1, width(marked))


def _hidden(line: str, start: int, end: int, *, secret: bool) -> tuple[str, int, int]:
    """The line without its secrets, and where the marked part stands in it then."""
    for a, b in reversed(stretches(line, (start, end) if secret else (0, 0))):
        line = line[:a] + MASK + line[b:]
        start, end = _moved(start, a, b, a), _moved(end, a, b, a + len(MASK))
    return line, start, max(end, start + 1)


def _moved(at: int, start: int, end: int, inside: int) -> int:
    """Where a column stands when `start` to `end` became the mask; within it, at `inside`."""
    return at if at <= start else inside if at < end else at - (end - start) + len(MASK)


def _cut(before: str, marked: str, after: str) -> tuple[str, str, str]:
    marked = marked if len(marked) <= MAX_WIDTH // 2 else marked[: MAX_WIDTH // 2] + "…"
    room = MAX_WIDTH - len(marked)
    if len(before) > room // 2:
        before = "…" + before[len(before) - room // 2 :]
    room -= len(before)
    after = after if len(after) <= room else after[: max(0, room)] + "…"
    return before, marked, after
