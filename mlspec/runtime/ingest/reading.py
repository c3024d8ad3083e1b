"""A file of a known format -> its rows, typed but not cleaned: how every location that brings files reads them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.atomic import PREFIX
from mlspec.runtime import report, tables
from mlspec.runtime.context import Context
from mlspec.runtime.ingest import contents
from mlspec.runtime.ingest.cells.read_cells import CELLS, as_table, cells_reading, relation_of
from mlspec.runtime.ingest.cells.table import kinds_of
from mlspec.runtime.ingest.json_fault import check_encoding, json_fault, without_mark
from mlspec.runtime.ingest.read_csv import csv_reading
from mlspec.runtime.ingest.read_json import json_reading
from mlspec.runtime.ingest.read_parquet import parquet_reading
from mlspec.runtime.ingest.text_file import plain_text, undecodable
from mlspec.runtime.ingest.texts import Reading


def write(context: Context, path: Path, name: str, *, http: bool = False) -> None:
    """Write the rows of a file to `raw.parquet`. `name`: what messages call it. Raises MLS0610 to MLS0617."""
    connection = tables.connect()
    empty = problem("MLS0611", f"`{name}` has no rows", help="an empty source trains nothing: look at where it comes from")
    with reading(connection, path, context.params, name, http=http) as found:
        if found.notes:
            report.show(found.notes)
        tables.write_arrow(tables.stream(connection, found.query), context.out("raw.parquet"), empty=empty)


@contextmanager
def reading(connection: Any, path: Path, params: Mapping[str, Any], name: str, *, http: bool = False) -> Iterator[Reading]:
    """Yield how a file is read; use its query within. `params`: the section of the stage; `name`: what messages call the file.

    Raises MLS0610 to MLS0617, also for what goes wrong while the query is used.
    """
    import duckdb

    if path.stat().st_size == 0:
        raise problem("MLS0611", f"`{name}` is empty", help="put rows in it, or point the source at another file")
    contents.check(path, params["format"], name, http=http)
    try:
        with _plain_name(path) as plain:
            if params["format"] in CELLS:
                with as_table(plain, params, name) as table:
                    yield cells_reading(connection, relation_of([table]), kinds_of(table), params)
            elif params["format"] == "csv":
                with plain_text(plain, params["read"], name) as text:
                    yield csv_reading(connection, text, params, name)
            else:
                with without_mark(plain, params["format"]) as marked:
                    yield _other_reading(connection, marked, params, name)
    except duckdb.Error as error:
        raise unreadable(error, path, name, params) from error


def _other_reading(connection: Any, path: Path, params: Any, name: str) -> Reading:
    if params["format"] == "parquet":
        return parquet_reading(connection, path, params, name)
    check_encoding(path, params["format"], name)
    return json_reading(connection, path, params, name)


@contextmanager
def _plain_name(path: Path) -> Iterator[Path]:
    """A path that DuckDB takes for no pattern: a link in a scratch folder when the name holds `*`, `?` or `[`."""
    if not any(c in str(path) for c in "*?["):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        link = Path(folder) / ("source" + "".join(path.suffixes[-2:]))
        link.symlink_to(path)
        yield link


def unreadable(error: Exception, path: Path, name: str, params: Any) -> Problems:
    """The diagnostic of what DuckDB says of a file."""
    kind = params["format"]
    if kind == "csv" and (undecoded := undecodable(path, params["read"].get("encoding", "utf-8"), name)):
        return undecoded
    if kind in ("json", "jsonl") and "has duplicate key" not in str(error) and (fault := json_fault(path, kind, name)):
        return fault
    csv = "check `read.delimiter`, `read.encoding` and `read.header`; text that holds the delimiter must be quoted"
    fix = {"csv": csv, "parquet": "it is no Parquet file, or cut off: fetch it again"}.get(kind, f"it is no {kind} file")
    if "has duplicate key" in str(error):
        fix = "give each key of an object a name of its own"
    elif "non-record JSON" in str(error):
        fix = 'write each row as an object with names: `{"name": "value"}`'
    elif "state machine reached an invalid state" in str(error):
        message = f"`{name}` can't be read as csv: the quotes or line ends of a line are not those of CSV"
        return problem("MLS0612", message, help="put values that hold a quote or a line break in quotes, and double the quotes in them")
    return problem("MLS0612", f"`{name}` can't be read as {kind}: {_short(error)}", help=fix)


def _short(error: Exception) -> str:
    """DuckDB's complaint without its list of possible fixes, which are not ours to offer."""
    return re.split(r" (?:Possible|Try) ", re.sub(r" in file \"[^\"]*\"", "", tables.message(error)))[0]
