"""What `init` decided of a column, and the evidence: one line in the output, one comment in the spec."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from mlspec.diagnostics.words import cut
from mlspec.runtime.tables import connect, ident

Role = Literal["feature", "text", "excluded", "key", "time", "group", "target"]
_MOST = 160


@dataclass(frozen=True, slots=True)
class Decision:
    """A subject (a column's name, `rows`, `task`), what was decided, and why."""

    subject: str
    what: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a text column becomes what it means: a step of `clean`, the declared type, and the evidence in words."""

    column: str
    step: Mapping[str, Any]
    type: str
    why: str


def comment(text: str) -> str:
    """A text as a comment of YAML: one line, of printable characters, of a bearable length."""
    return cut("".join(c if c.isprintable() else " " for c in text), _MOST)


def shown(value: object) -> str:
    """A value as an example in backticks, short."""
    text = str(value)
    return f"`{text if len(text) <= 30 else text[:29] + '…'}`"


_SIMPLE = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE | re.ASCII)


def spelled(column: str) -> str:
    """A column's name as a person would write it in SQL: quoted only where it has to be."""
    return column if _SIMPLE.fullmatch(column) and column.casefold() not in _keywords() else ident(column)


@cache
def _keywords() -> frozenset[str]:
    """DuckDB's own list of the words that can't stand bare for a column, or not everywhere."""
    rows = connect().execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'").fetchall()
    return frozenset(name for (name,) in rows)


def count(number: int, one: str, many: str = "") -> str:
    """`1 value`, `1,234 values`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
