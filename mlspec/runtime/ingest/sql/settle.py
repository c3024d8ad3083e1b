"""Rows of a database -> the rows of raw.parquet: the declared types where no value changes by it, and one order for the same rows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.runtime import spelling, tables
from mlspec.runtime.ingest.declared import as_declared
from mlspec.runtime.tables import ident, literal

MEMORY, THREADS = "640MB", 4
"""What DuckDB may hold of the rows (it sorts the rest on disk), and by how many threads at most: each holds its own part."""


def workbench(scratch: Path) -> Any:
    """A DuckDB that keeps to a bound of memory, and spills into `scratch`."""
    connection = tables.connect()
    threads = min(THREADS, os.cpu_count() or 1)
    connection.execute(f"SET threads = {threads}; SET memory_limit = {literal(MEMORY)}; SET temp_directory = {literal(str(scratch))}")
    return connection


def settled(connection: Any, relation: str, kinds: Mapping[str, str], params: Mapping[str, Any]) -> tuple[str, list[Diagnostic]]:
    """The SELECT of all rows in the types that the columns get, and notes. `relation`: as `Fetched.relation` has it.

    A column's type follows from its kind and what is declared of it, so that rows that come later change nothing of those before.
    """
    declared, text = params.get("types", {}), params.get("text", ())
    items, notes = {}, []
    for name in (n for n, kind in kinds.items() if kind == "decimal" and n not in text):
        items[name], told = _decimal(connection, relation, name, declared.get(name))
        notes += told
    plain = {n: t for n, kind in kinds.items() if n not in text and (t := _plain(kind))}
    changes, lost = as_declared(connection, relation, plain, declared)
    items |= changes | {n: f"CAST({ident(n)} AS VARCHAR)" for n in text if n in kinds and _plain(kinds[n])}
    return f"SELECT {', '.join(f'{items[n]} AS {ident(n)}' if n in items else ident(n) for n in kinds)} FROM {relation}", [*notes, *lost]


def _plain(kind: str) -> str | None:
    found = {"integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "timestamp": "TIMESTAMP", "zoned": "TIMESTAMP", "boolean": "BOOLEAN"}
    return found.get(kind)


def _decimal(connection: Any, relation: str, name: str, declared: str | None) -> tuple[str, list[Diagnostic]]:
    """Exact numbers are whole ones where that is declared and all of them are, else the nearest doubles: told where digits are lost."""
    column = ident(name)
    if declared == "integer":
        odd = connection.execute(f"SELECT count_if({column} IS NOT NULL AND NOT {spelling.is_whole(column)}) FROM {relation}").fetchone()[0]
        if not odd:
            return f"CAST({column} AS BIGINT)", []
    loses = f"{spelling.loses_digits(column)} OR {spelling.has_too_many_digits(column)}"
    lost = connection.execute(f"SELECT count_if({loses}) FROM {relation}").fetchone()[0]
    return f"CAST({column} AS DOUBLE)", [_lost(name, lost)] if lost else []


def _lost(name: str, count: int) -> Diagnostic:
    what = f"{count:,} {'value has' if count == 1 else 'values have'} more digits than a number keeps, and the nearest is taken"
    fix = "declare it as `string` under `columns` if every digit counts"
    return Diagnostic("MLS0618", f"column `{name}`: {what}", help=fix, severity="warning")


def ordered(query: str, names: Sequence[str], key: Sequence[str]) -> str:
    """The query in the one order that its rows have: by the key, then by all other columns."""
    order = [*key, *(n for n in names if n not in key)]
    return f"SELECT * FROM ({query}) ORDER BY {', '.join(map(ident, order))}"
