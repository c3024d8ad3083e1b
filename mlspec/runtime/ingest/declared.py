"""Columns that have a type in the file get the declared one before any step sees them, where no value changes by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.runtime.clean.casting import declared_type
from mlspec.runtime.tables import ident

_EXACT = 2**53


def as_declared(
    connection: Any, relation: str, found: Mapping[str, str], declared: Mapping[str, str]
) -> tuple[dict[str, str], list[Diagnostic]]:
    """Return the SQL of each column that changes, by name, and notes. `found`: the DuckDB types of the columns that are looked at."""
    changes = {n: change for n, kind in found.items() if (change := _change(n, kind, declared.get(n)))}
    if not changes:
        return {}, []
    losing = connection.execute(f"SELECT {', '.join(f'count_if({loses})' for _, loses in changes.values())} FROM {relation}").fetchone()
    items, notes = {}, []
    for (name, (value, _)), count in zip(changes.items(), losing, strict=True):
        if not count or declared[name] == "number":
            items[name] = value
        if count and declared[name] == "number":
            notes.append(_lost(name, count))
    return items, notes


def _change(name: str, kind: str, declared: str | None) -> tuple[str, str] | None:
    """The value in the declared type, and the condition under which it is another one."""
    column, own = ident(name), declared_type(kind)
    match own, declared:
        case "integer", "number":
            double = f"CAST({column} AS DOUBLE)"
            return double, f"CAST({double} AS HUGEINT) <> {column}"
        case "number", "integer":
            real = f"CAST({column} AS DOUBLE)"
            loses = f"isinf({real}) OR {column} <> floor({column}) OR abs({real}) > {_EXACT}"
            return f"CASE WHEN isfinite({real}) THEN TRY_CAST({column} AS BIGINT) END", loses
        case "date", "timestamp":
            return f"CAST({column} AS TIMESTAMP)", "FALSE"
        case _:
            return None


def _lost(name: str, count: int) -> Diagnostic:
    what = f"{count:,} {'value has' if count == 1 else 'values have'} more digits than a number keeps, and the nearest is taken"
    fix = "declare it as `integer` or `string` under `columns` if every digit counts"
    return Diagnostic("MLS0618", f"column `{name}`: {what}", help=fix, severity="warning")
