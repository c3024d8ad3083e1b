"""Rows from a function of the user's: `fn([inputs[, params]]) -> DataFrame`, of pandas or anything that speaks Arrow (polars, DuckDB)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime import tables
from mlspec.runtime.context import Context
from mlspec.runtime.making.by_code import returned
from mlspec.runtime.report import show


def read(context: Context, section: Mapping[str, Any]) -> None:
    """Call the function of the section, and write its rows. Raises MLS0611, and what `returned` raises."""
    table = returned(context, section)
    if table.num_rows == 0:
        raise problem("MLS0611", f"`{section['callable']}` returned no rows", help="an empty source trains nothing")
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
