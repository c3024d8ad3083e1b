"""Reads as much of a SQL expression as rules need: its names, and whether it looks ahead."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")+)"|([A-Za-z_][A-Za-z0-9_]*)(\s*\()?|[^\s]""")
_ARITHMETIC = re.compile(r'[\w"\s+\-*/().]+')
_FUTURE = re.compile(r"\blead\s*\(|\bfollowing\b", re.IGNORECASE)
_PAST = re.compile(r"\blag\s*\(|\bpreceding\s+and\s+(interval\s+)?'?[1-9][\w\s']*\bpreceding\b|\bexclude\s+current\s+row\b", re.IGNORECASE)
_WINDOW = re.compile(r"\bover\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def names(expression: str) -> frozenset[str]:
    """Every name that may be a column: neither a string nor a function that is called; keywords are among them. In lower case."""
    found = _TOKEN.finditer(expression)
    return frozenset((m[1] or m[2]).casefold() for m in found if (m[1] or m[2]) and not m[3])


def mentions(expression: str, column: str) -> bool:
    return column.casefold() in names(expression)


def parts_of(expression: str, column: str) -> frozenset[str]:
    """The columns that make up `column` in an equation such as `count = casual + registered`; empty for anything else."""
    sides = [side.strip() for side in expression.split("=")]
    if len(sides) != 2 or not all(_ARITHMETIC.fullmatch(side) for side in sides):
        return frozenset()
    own = column.casefold()
    for side, other in (sides, sides[::-1]):
        if side.strip('"').casefold() == own and own not in names(other):
            return names(other)
    return frozenset()


def looks_ahead(expression: str) -> bool:
    """Whether rows that come later decide the value: `lead(…)`, a frame that reaches FOLLOWING."""
    return bool(_FUTURE.search(expression))


def looks_back_only(expression: str) -> bool:
    """Whether only earlier rows decide the value: `lag(…)`, a frame that ends before the row."""
    return bool(_PAST.search(expression)) and not looks_ahead(expression)


def is_window(expression: str) -> bool:
    return bool(_WINDOW.search(expression))
