"""Rows from a function of the user's: `fn() -> pandas.DataFrame` (or anything that speaks Arrow: polars, pyarrow, DuckDB)."""

from __future__ import annotations

from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime import tables
from mlspec.runtime.context import Context
from mlspec.runtime.user_code import call, load_callable


def write(context: Context, path: str) -> None:
    """Call the function and write its rows. Raises MLS0601, MLS0602, MLS0611."""
    table = _as_arrow(call(load_callable(path, context.root), path), path)
    if table.num_rows == 0:
        raise problem("MLS0611", f"`{path}` returned no rows", help="an empty source trains nothing")
    names = [n.casefold() for n in table.column_names]
    if len(set(names)) < len(names):
        raise problem("MLS0615", f"`{path}` returned two columns of the same name", help="names are compared without case")
    tables.write_arrow(_in_utc(table), context.out("raw.parquet"))


def _as_arrow(found: Any, path: str) -> Any:
    import pyarrow as pa

    if not hasattr(found, "__arrow_c_stream__"):
        raise problem("MLS0602", f"`{path}` returned {type(found).__name__}, not a data frame", help="return a pandas.DataFrame")
    try:
        if type(found).__module__.split(".")[0] == "pandas":
            return pa.Table.from_pandas(found, preserve_index=False)
        return pa.table(found)
    except (pa.ArrowException, TypeError) as error:
        message = f"`{path}` returned a column of mixed values: {error}"
        raise problem("MLS0602", message, help="give each column one type; a list or dict is no value") from error


def _in_utc(table: Any) -> Any:
    """Instants with a zone become plain UTC timestamps, as for files."""
    import pyarrow as pa

    for i, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            utc = table.column(i).cast(pa.timestamp("us", field.type.tz), safe=False)
            table = table.set_column(i, field.name, utc.cast(pa.timestamp("us")))
    return table
