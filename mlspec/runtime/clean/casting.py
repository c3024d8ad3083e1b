"""Casts that never round or guess: SQL that is NULL for a value that doesn't fit the declared type."""

from __future__ import annotations

from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.words import PERSONAL, cut
from mlspec.runtime.spelling import DATE_TEXT, TIMESTAMP_TEXT, cast
from mlspec.runtime.tables import ROW, counted, ident, is_nan, literal

TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
WHOLE_TEXT = r"\s*[+-]?[0-9]+(\.0*)?\s*"
REAL_TEXT = r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
SHOWN = 3
EXACT = 2**53
"""Whole numbers up to here are exact as floating-point numbers (IEEE 754, binary64)."""


def declared_type(kind: str) -> str | None:
    """The declared type that a DuckDB type is nearest to; None for what none fits (lists, times of day, …)."""
    if kind in WHOLE:
        return "integer"
    if is_real(kind):
        return "number"
    if kind.startswith("TIMESTAMP"):
        return "timestamp"
    return {"VARCHAR": "string", "BOOLEAN": "boolean", "DATE": "date"}.get(kind)


def is_real(kind: str) -> bool:
    """Whether a DuckDB type has fractions."""
    return kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL")


def is_number(kind: str) -> bool:
    """Whether a DuckDB type can be averaged."""
    return kind in WHOLE or is_real(kind)


def missing(column: str, kind: str) -> str:
    """SQL: the value is missing. NaN counts as missing."""
    return f"({column} IS NULL OR {is_nan(column)})" if kind in ("FLOAT", "DOUBLE") else f"({column} IS NULL)"


def missing_count(column: str, kind: str) -> str:
    """SQL: how many values are missing. A plain count needs no look at what the values are, and takes a tenth of the time."""
    return counted(missing(column, kind)) if kind in ("FLOAT", "DOUBLE") else f"(count(*) - count({column}))"


def known(column: str, kind: str) -> str:
    """SQL: the value, NULL where it is missing."""
    return f"CASE WHEN NOT {missing(column, kind)} THEN {column} END"


def cast_sql(column: str, kind: str, to: str) -> str:
    """SQL: a column (quoted) of a DuckDB type as a declared type; NULL where it is missing or doesn't fit."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        column, kind = f"CAST({column} AS TIMESTAMP)", "TIMESTAMP"
    if is_number(kind):
        return _from_number(column, kind, to)
    if kind == "BOOLEAN":
        return f"CAST({column} AS {TYPES[to]})" if to in ("string", "integer", "number", "boolean") else _nothing(to)
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return _from_time(column, to)
    return _from_text(_text(column, kind), to)


def _text(column: str, kind: str) -> str:
    """SQL: a value as text. A list is spelled in JSON, as a JSON source keeps it: DuckDB's own `[a, b]` can't be read back."""
    if kind == "BLOB":
        return f"TRY(decode({column}))"
    if kind.endswith("]"):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return column if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"


def _nothing(to: str) -> str:
    return f"CAST(NULL AS {TYPES[to]})"


def _from_number(column: str, kind: str, to: str) -> str:
    finite = f"isfinite({column})" if kind in ("FLOAT", "DOUBLE") else "TRUE"
    match to:
        case "string":
            return f"CASE WHEN NOT {missing(column, kind)} THEN {spelled(column, kind)} END"
        case "integer":
            return f"CASE WHEN {finite} AND {column} = floor({column}) THEN TRY_CAST({column} AS BIGINT) END"
        case "number":
            return f"CASE WHEN {finite} THEN CAST({column} AS DOUBLE) END"
        case "boolean":
            return f"CASE {column} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END"
        case _:
            return _nothing(to)


def _from_time(column: str, to: str) -> str:
    match to:
        case "string":
            return f"CAST({column} AS VARCHAR)"
        case "date":
            return f"CASE WHEN CAST({column} AS TIMESTAMP) = date_trunc('day', {column}) THEN CAST({column} AS DATE) END"
        case "timestamp":
            return f"CAST({column} AS TIMESTAMP)"
        case _:
            return _nothing(to)


def _from_text(column: str, to: str) -> str:
    match to:
        case "string":
            return column
        case "integer":
            return f"CASE WHEN regexp_full_match({column}, {literal(WHOLE_TEXT)}) THEN TRY_CAST({column} AS BIGINT) END"
        case "number":
            number = f"TRY_CAST({column} AS DOUBLE)"
            return f"CASE WHEN regexp_full_match({column}, {literal(REAL_TEXT)}) AND isfinite({number}) THEN {number} END"
        case "boolean":
            word = f"lower(trim({column}))"
            return (
                f"CASE WHEN {word} IN ('true', 't', 'yes', 'y', '1') THEN TRUE WHEN {word} IN ('false', 'f', 'no', 'n', '0') THEN FALSE END"
            )
        case _:
            return _instant_from_text(f"trim({column})", to)


def _instant_from_text(column: str, to: str) -> str:
    day = f"WHEN regexp_full_match({column}, {literal(DATE_TEXT)}) THEN TRY_CAST({column} AS {TYPES[to]})"
    instant = cast(column, "TIMESTAMP", "TRY_")
    value = instant if to == "timestamp" else f"CASE WHEN {instant} = date_trunc('day', {instant}) THEN CAST({instant} AS DATE) END"
    return f"CASE {day} WHEN regexp_full_match({column}, {literal(TIMESTAMP_TEXT)}) THEN {value} END"


def as_text(value: Any) -> str | None:
    """A YAML scalar as the text that stands for it in a column."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def misfits(connection: Any, name: str, kind: str, to: str, where: str, pii: frozenset[str]) -> Problems | None:
    """The diagnostic for the values of a column that don't fit a type: their count, the first ones and their rows; None when all fit.

    Raises MLS0617 for text of which some values name a time zone, and some don't.
    """
    column = ident(name)
    if kind == "VARCHAR" and to in ("date", "timestamp"):
        _check_zones(connection, name, pii=name in pii)
    bad = f"NOT {missing(column, kind)} AND {cast_sql(column, kind, to)} IS NULL"
    count, total = connection.execute(f"SELECT {counted(bad)}, count(*) FROM data").fetchone()
    if not count:
        return None
    rows = connection.execute(f"SELECT {ROW}, CAST({column} AS VARCHAR) FROM data WHERE {bad} ORDER BY {ROW} LIMIT {SHOWN}").fetchall()
    shown = ", ".join(f"{PERSONAL if name in pii else show(value)} in row {row}" for row, value in rows)
    plural = "values is" if count == 1 else "values are"
    message = f"{where}: column `{name}`: {count} of {total} {plural} not of type {to}: {shown}"
    return problem("MLS0622", message, help=_help(to))


def _check_zones(connection: Any, name: str, *, pii: bool) -> None:
    from mlspec.runtime.ingest.doubts import Column, mixed_zones
    from mlspec.runtime.ingest.judge import MOMENTS, ask

    facts = ask(connection, "data", {name: MOMENTS})[name]
    if 0 < facts["zoned"] < sum(facts.values()):
        raise mixed_zones(Column(connection, "data", name, pii=pii), facts)


def spelled(column: str, kind: str) -> str:
    """SQL: a value as text, as people write it: a number that is whole has no fraction (`12345`, not `12345.0`)."""
    text = f"CAST({column} AS VARCHAR)"
    if kind not in ("FLOAT", "DOUBLE"):
        return text
    return (
        f"CASE WHEN {column} = floor({column}) AND abs({column}) <= {EXACT} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE {text} END"
    )


def show(value: Any) -> str:
    """A value in a message: quoted, and cut at 60 characters."""
    return repr(cut(str(value), 60))


def _help(to: str) -> str:
    ways = 'mend them in a `clean` step: `replace` values, `filter` rows, or `cast` with `onError: "null"`'
    return f"only ISO 8601 (2026-11-21) is read as a {to}; {ways}" if to in ("date", "timestamp") else ways
