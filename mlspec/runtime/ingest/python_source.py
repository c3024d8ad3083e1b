"""Rows from a function of the user's: `fn([inputs[, params]]) -> DataFrame`, of pandas or anything that speaks Arrow (polars, DuckDB)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime import tables
from mlspec.runtime.context import Context
from mlspec.runtime.ingest.names import check_reserved
from mlspec.runtime.report import show
from mlspec.runtime.user_code import call_declared


def read(context: Context, section: Mapping[str, Any]) -> None:
    """Call the function (of `callable`, `inputs`, `params`) and write its rows. Raises MLS0601, MLS0602, MLS0603, MLS0605, MLS0611."""
    path = section["callable"]
    table = as_arrow(call_declared(context.root, section), path)
    if table.num_rows == 0:
        raise problem("MLS0611", f"`{path}` returned no rows", help="an empty source trains nothing")
    check_reserved(table.column_names, path)
    names = [n.casefold() for n in table.column_names]
    if len(set(names)) < len(names):
        raise problem("MLS0615", f"`{path}` returned two columns of the same name", help="names are compared without case")
    tables.write_arrow(_typed(table, context.params), context.out("raw.parquet"))


def _typed(table: Any, params: Mapping[str, Any]) -> Any:
    """The table with the types that a file's columns would get: declared ones, and no number that loses digits."""
    import pyarrow.types as kinds

    from mlspec.runtime.ingest.read_parquet import typed_query

    plain = (kinds.is_integer, kinds.is_floating, kinds.is_decimal, kinds.is_date32, kinds.is_timestamp)
    names = [f.name for f in table.schema if any(is_kind(f.type) for is_kind in plain) and not kinds.is_float16(f.type)]
    if not names:
        return table
    connection = tables.connect()
    connection.register("returned", table.select(names))
    query, notes = typed_query(connection, "returned", tables.columns_of(connection, "returned"), params)
    if notes:
        show(notes)
    typed = tables.stream(connection, query).read_all()
    for name in names:
        table = table.set_column(table.column_names.index(name), name, typed.column(name))
    return table


def as_arrow(found: Any, path: str) -> Any:
    import pyarrow as pa

    if not hasattr(found, "__arrow_c_stream__"):
        raise problem("MLS0602", f"`{path}` returned {type(found).__name__}, not a data frame", help="return a pandas.DataFrame")
    try:
        if type(found).__module__.split(".")[0] == "pandas":
            return pa.Table.from_pandas(_with_named_index(found, path), preserve_index=False)
        return pa.table(found)
    except OverflowError as error:
        fix = "turn them into text: `frame.astype({'id': str})`"
        raise problem("MLS0602", f"`{path}` returned whole numbers beyond 64 bits: {error}", help=fix) from error
    except (pa.ArrowException, TypeError) as error:
        message = f"`{path}` returned a column of mixed values: {error}"
        raise problem("MLS0602", message, help="give each column one type; a list or dict is no value") from error


def _with_named_index(frame: Any, path: str) -> Any:
    """A pandas frame whose named index levels are columns; unnamed ones, which number the rows, are left out.

    Raises MLS0617 where a column holds times with a zone and without: Arrow would take all for UTC, or for one zone.
    """
    if getattr(frame, "ndim", 2) == 2:
        unnamed = [i for i, name in enumerate(frame.index.names) if name is None]
        if len(unnamed) < frame.index.nlevels:
            frame = frame.reset_index(level=unnamed, drop=True) if unnamed else frame
            frame = frame.reset_index(allow_duplicates=True)
        for i, name in enumerate(frame.columns):
            if _mixes_zones(frame.iloc[:, i]):
                message = f"`{path}` returned the column `{name}` with times that name a zone, and times that don't"
                raise problem("MLS0617", message, help="give every value a zone, or none: `tz_localize`, `tz_convert`")
    return frame


def _mixes_zones(column: Any) -> bool:
    times = (v for v in column if isinstance(v, dt.datetime) and v == v) if column.dtype == object else ()  # noqa: PLR0124 - NaT
    return len({v.tzinfo is None for v in times}) > 1
