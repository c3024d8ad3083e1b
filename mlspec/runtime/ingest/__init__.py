"""Stage ingest: the source's rows as they are, typed but not cleaned -> raw.parquet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.runtime import tables
from mlspec.runtime.atomic import PREFIX
from mlspec.runtime.context import Context


def run(context: Context) -> None:
    """Read the file, URL or function of the section, and write `raw.parquet`."""
    params = context.params
    if "python" in params:
        from mlspec.runtime.ingest.python_source import write

        write(context, params["python"]["callable"])
    elif "http" in params:
        from mlspec.runtime.ingest.download import downloaded, shown

        with downloaded(params["http"], context.folder) as path:
            _write(context, path, shown(params["http"]["url"]))
    else:
        path = context.inside(params["file"]["path"])
        _check_there(path)
        _write(context, path, path.name)


def _check_there(path: Path) -> None:
    if path.is_file():
        return
    if path.is_dir():
        raise problem("MLS0610", f"the source's file `{path.name}` is a folder", help="name one file in it")
    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = did_you_mean(path.name, [n for n in names if not n.endswith(".dvc")])
    fix = "`dvc pull` fetches it" if f"{path.name}.dvc" in names else near or "the folder it should be in is missing or empty"
    raise problem("MLS0610", f"the source's file `{path.name}` is not there", help=fix)


def _write(context: Context, path: Path, name: str) -> None:
    import duckdb

    if path.stat().st_size == 0:
        raise problem("MLS0611", f"`{name}` is empty", help="put rows in it, or point the source at another file")
    connection = tables.connect()
    empty = problem("MLS0611", f"`{name}` has no rows", help="an empty source trains nothing: look at where it comes from")
    with _plain_name(path) as plain:
        try:
            tables.copy(connection, _query(connection, plain, context.params, name), context.out("raw.parquet"), empty=empty)
        except duckdb.Error as error:
            raise _unreadable(error, name, context.params) from error


def _query(connection: Any, path: Path, params: Any, name: str) -> str:
    """The SELECT that reads a file; its columns have the types they keep."""
    if params["format"] == "csv":
        from mlspec.runtime.ingest.read_csv import csv_query

        return csv_query(connection, path, params, name)
    if params["format"] == "parquet":
        relation = tables.parquet(path)
    else:
        from mlspec.runtime.ingest.read_json import json_relation

        relation = json_relation(connection, path, params, name)
    columns = tables.columns_of(connection, relation)
    return f"SELECT {', '.join(map(_as_utc, columns, columns.values()))} FROM {relation}"


def _as_utc(name: str, kind: str) -> str:
    """Instants with a zone become plain UTC timestamps, the only kind that later stages know."""
    quoted = tables.ident(name)
    return f"CAST({quoted} AS TIMESTAMP) AS {quoted}" if kind == "TIMESTAMP WITH TIME ZONE" else quoted


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


def _unreadable(error: Exception, name: str, params: Any) -> Problems:
    kind = params["format"]
    csv = "check `read.delimiter`, `read.encoding` and `read.header`; text that holds the delimiter must be quoted"
    return problem("MLS0612", f"`{name}` can't be read as {kind}: {_short(error)}", help=csv if kind == "csv" else f"it is no {kind} file")


def _short(error: Exception) -> str:
    """DuckDB's complaint without its list of possible fixes, which are not ours to offer."""
    return tables.message(error).split(" Possible ")[0]
