"""Rows by a function of the user's, as an Arrow table with a name of its own for each column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.context import Context
from mlspec.runtime.user_code import call_declared


def returned(context: Context, section: Mapping[str, Any], files: Mapping[str, Path] | None = None) -> Any:
    """Call the function (of `callable`, `inputs`, `params`); return what it gives. `files`: inputs by alias, beside those declared.

    Raises MLS0601, MLS0602, MLS0603, MLS0605, MLS0615 and MLS0617.
    """
    from mlspec.runtime.ingest.names import check_reserved

    path = section["callable"]
    more = {alias: str(file) for alias, file in (files or {}).items()}
    given = {**section, "inputs": {**section.get("inputs", {}), **more}} if more else section
    table = as_arrow(call_declared(context.root, given), path)
    check_reserved(table.column_names, path)
    names = [n.casefold() for n in table.column_names]
    if len(set(names)) < len(names):
        raise problem("MLS0615", f"`{path}` returned two columns of the same name", help="names are compared without case")
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
