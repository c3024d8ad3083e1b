"""Lays out plain tables, counting wide characters as two columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence


def width(text: str) -> int:
    """Columns that `text` takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def layout(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the table's lines: headings, then rows, columns two spaces apart."""
    body = [[str(cell) for cell in row] for row in rows]
    widths = [max(width(r[i]) for r in [list(headings), *body]) for i in range(len(headings))]
    return [_line(row, widths) for row in [[h.upper() for h in headings], *body]]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip()
