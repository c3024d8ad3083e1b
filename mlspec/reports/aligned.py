"""Lays out plain tables, counting wide characters as two columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlspec.diagnostics.render.excerpt import width


def layout(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the table's lines: headings, then rows, columns two spaces apart."""
    body = [[str(cell) for cell in row] for row in rows]
    widths = [max(width(r[i]) for r in [list(headings), *body]) for i in range(len(headings))]
    return [_line(row, widths) for row in [[h.upper() for h in headings], *body]]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip()
