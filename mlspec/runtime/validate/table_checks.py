"""Checks of rows and of the table that name no single column: unique, expression, rowCount, classBalance, sql."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.words import percent
from mlspec.runtime.clean.casting import spelled
from mlspec.runtime.sql_guard import check_expression, check_query
from mlspec.runtime.tables import ROW, columns_of, failure, ident, need_column
from mlspec.runtime.validate.check import Check, number_text, row_check
from mlspec.runtime.validate.column_checks import out_of_bounds

Columns = Mapping[str, str]


def unique(name: str, on_failure: str, keys: Sequence[str], columns: Columns, key: str = "unique") -> Check:
    """No two rows share these values; missing values equal each other. Bad is each row but the first of its kind."""
    for column in keys:
        need_column(column, columns, f"rule `{name}`")
    listed = ", ".join(ident(c) for c in keys)
    ranked = f"SELECT {ROW}, row_number() OVER (PARTITION BY {listed} ORDER BY {ROW}) AS n FROM data"
    row = f"row({listed})"
    measure = f"count(*) - count(DISTINCT {row})"
    what = f"repeat the {', '.join(f'`{c}`' for c in keys)} of an earlier row"
    shown = keys[0] if len(keys) == 1 else None
    bad = f"SELECT {ROW} FROM ({ranked}) WHERE n > 1"
    return Check(name, on_failure, key, measure, lambda n: what if n else None, shown, tuple(keys), bad, row)


def expression(connection: Any, rule: Mapping[str, Any], columns: Columns) -> Check:
    """True for every row: a row for which it is missing breaks it, too."""
    text = rule["expression"]
    bad = f"{check_expression(connection, text, who(rule))} IS NOT TRUE"
    used = tuple(c for c in columns if c.casefold() in text.casefold())[:6]
    return row_check(rule["name"], rule["onFailure"], "expression", bad, f"break `{' '.join(text.split())}`", None, used)


def row_count(rule: Mapping[str, Any]) -> Check:
    def verdict(rows: int) -> str | None:
        broken = out_of_bounds(rows, rule["rowCount"])
        return f"there are {rows} rows, {broken}" if broken else None

    return Check(rule["name"], rule["onFailure"], "rowCount", "count(*)", verdict)


def row_count_change(rule: Mapping[str, Any], before: int | None) -> Check:
    """Against the last accepted snapshot; without one it holds."""
    limits = rule["rowCountChange"]

    def verdict(rows: int) -> str | None:
        if not before:
            return None
        change = rows / before - 1
        limit = limits.get("maxDecrease") if change < 0 else limits.get("maxIncrease")
        if limit is None or abs(change) <= limit:
            return None
        way = "fewer" if change < 0 else "more"
        return f"there are {rows} rows, {percent(abs(change))} {way} than the {before} accepted last, of at most {percent(limit)}"

    return Check(rule["name"], rule["onFailure"], "rowCountChange", "count(*)", verdict)


def class_balance(rule: Mapping[str, Any], columns: Columns) -> Check:
    """The rarest class has at least this share of the rows; a single class is none."""
    name, least = rule["classBalance"]["column"], rule["classBalance"]["min"]
    need_column(name, columns, who(rule))

    def verdict(counts: Mapping[Any, int] | None) -> str | None:
        if not counts or len(counts) < 2:
            return "there is only one class" if counts else "there is no value"
        rarest = min(sorted(counts), key=lambda c: counts[c])
        share = counts[rarest] / sum(counts.values())
        return f"class {rarest} has {percent(share)} of the rows, less than {percent(least)}" if share < least else None

    return Check(rule["name"], rule["onFailure"], "classBalance", f"histogram({spelled(ident(name), columns[name])})", verdict, name)


def who(rule: Mapping[str, Any]) -> str:
    """How messages name a rule."""
    return f"rule `{rule['name']}`"


def sql_rule(connection: Any, rule: Mapping[str, Any]) -> Check:
    """A query over `data` that gives one number."""
    import duckdb

    query = check_query(connection, rule["sql"]["query"], who(rule))
    try:
        width = len(columns_of(connection, query))
    except duckdb.Error as error:
        raise failure(who(rule), error, "MLS0631") from error
    if width != 1:
        raise problem(
            "MLS0631", f"{who(rule)}: the query gives {width} columns", help="let it give one number: select count(*) from data …"
        )

    def verdict(value: float | None) -> str | None:
        broken = "not one number" if value is None or value != value else out_of_bounds(value, rule["sql"])  # noqa: PLR0124 - NaN
        return f"the query gives {'nothing' if value is None else number_text(value)}, {broken}" if broken else None

    measure = f"(SELECT CASE WHEN count(*) = 1 THEN any_value(CAST(v AS DOUBLE)) END FROM {query} AS q(v))"
    return Check(rule["name"], rule["onFailure"], "sql", measure, verdict)
