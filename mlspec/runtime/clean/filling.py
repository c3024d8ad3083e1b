"""fillMissing: by a value, or by mean, median, most frequent or previous value of the column."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.clean.casting import is_number, is_real, missing
from mlspec.runtime.clean.values import are_values, value_sql
from mlspec.runtime.tables import ROW, ident, literal


def fill_missing(connection: Any, columns: Mapping[str, str], settings: Mapping[str, Any], where: str, sort: Sequence[str]) -> str:
    """Return the query that fills a column. Whole-number columns take the rounded mean or median, and stay whole.

    `previous` goes by the source's sort columns as far as they exist already, then by the order of the rows; what stands before the
    first value stays missing. Among equally frequent values the smallest is taken.
    """
    name, how = settings["column"], settings["with"]
    column, kind = ident(name), columns[name]
    if how == "previous":
        filler = _previous(column, kind, [c for c in sort if c in columns and c != name])
    elif how in ("mean", "median"):
        filler = _number(connection, column, kind, how, f"{where}: column `{name}`")
    elif how == "most_frequent":
        filler = _most_frequent(connection, column, kind, f"{where}: column `{name}`")
    else:
        filler = _value(connection, how, kind, f"{where}: column `{name}`")
    value = f"CASE WHEN {missing(column, kind)} THEN {filler} ELSE {column} END"
    return f"SELECT * REPLACE (CAST({value} AS {kind}) AS {column}) FROM data ORDER BY {ROW}"


def _previous(column: str, kind: str, sort: Sequence[str]) -> str:
    order = ", ".join([*(f"{ident(c)} NULLS LAST" for c in sort), ROW])
    known = f"CASE WHEN {missing(column, kind)} THEN NULL ELSE {column} END"
    return f"last_value({known} IGNORE NULLS) OVER (ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"


def _number(connection: Any, column: str, kind: str, how: str, where: str) -> str:
    if not is_number(kind):
        raise problem("MLS0625", f"{where} is {kind}, which has no {how}", help="`cast` it to number first, or use `most_frequent`")
    known = f"FROM data WHERE NOT {missing(column, kind)}"
    if how == "median":
        (found,) = connection.execute(f"SELECT quantile_cont(CAST({column} AS DOUBLE), 0.5) {known}").fetchone()
    else:
        # DuckDB sums in parallel, so its last digit can differ from run to run; fsum's can't
        values = connection.execute(f"SELECT CAST({column} AS DOUBLE) AS v {known}").fetchnumpy()["v"]
        found = math.fsum(values) / len(values) if len(values) else None
    if found is None:
        raise _nothing_known(where, how)
    return literal(float(found)) if is_real(kind) else literal(round(found))


def _most_frequent(connection: Any, column: str, kind: str, where: str) -> str:
    query = f"SELECT {column} FROM data WHERE NOT {missing(column, kind)} GROUP BY 1 ORDER BY count(*) DESC, {column} LIMIT 1"
    found = connection.execute(f"SELECT CAST(v AS VARCHAR) FROM ({query}) AS f(v)").fetchone()
    if found is None:
        raise _nothing_known(where, "most frequent value")
    return f"CAST({literal(found[0])} AS {kind})"


def _nothing_known(where: str, what: str) -> Problems:
    return problem("MLS0625", f"{where} has no value at all, so no {what}", help="fill it with a value, or drop it")


def _value(connection: Any, value: Any, kind: str, where: str) -> str:
    if not are_values(connection, [value], kind)[0]:
        raise problem("MLS0625", f"{where} is {kind}, and `{value}` is not", help="give a value of its type, or `cast` the column first")
    return value_sql(value, kind)
