"""Rows that are made of other sources' rows, and of files, by one SELECT or by a function.

A SELECT has no order of its own: its rows are put into that of the key, then of all other columns, as those of a database are. So the same
inputs give the same bytes. A function's rows stand as it returns them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import PREFIX
from mlspec.runtime import report, tables
from mlspec.runtime.context import Context
from mlspec.runtime.ingest import python_source
from mlspec.runtime.ingest.read_csv import DEFAULTS
from mlspec.runtime.ingest.reading import reading
from mlspec.runtime.ingest.sql import values
from mlspec.runtime.ingest.sql.columns import check_declared
from mlspec.runtime.ingest.sql.settle import ordered, settled, workbench
from mlspec.runtime.making.by_sql import asked
from mlspec.runtime.tables import parquet


def read(context: Context, section: Mapping[str, Any]) -> None:
    """Make the rows. Raises MLS0603, MLS0610 to MLS0618, MLS0675, MLS0676, and what `asked` and a function raise."""
    if "python" in section:
        python_source.read(context, section["python"])
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=context.folder) as folder:
        scratch = Path(folder)
        kinds = _asked(context, section, scratch, scratch / "found.parquet")
        check_declared(context.params, kinds)
        _write(context, section, scratch, kinds)


def _asked(context: Context, section: Mapping[str, Any], scratch: Path, target: Path) -> dict[str, str]:
    """Write the rows of the SELECT as they come; return the kinds of its columns."""
    files = {alias: _table(context, alias, form, scratch) for alias, form in section["inputs"].items()}
    with asked(context, section["sql"], files) as (connection, query):
        found = connection.execute(f"DESCRIBE {query}").fetchall()
        values.check_names([name for name, *_ in found])
        kinds = {name: values.kind_in_duckdb(name, kind) for name, kind, *_ in found}
        items = ", ".join(values.from_duckdb(name, kind) for name, kind in kinds.items())
        tables.write_arrow(tables.stream(connection, f"SELECT {items} FROM {query}"), target)
    return kinds


def _table(context: Context, alias: str, form: Mapping[str, Any], scratch: Path) -> Path:
    """The rows of an input as Parquet: another stage's as they are, a file's as a source of it would read them."""
    path = context.need(form["path"])
    if "format" not in form:
        return path
    target = scratch / f"input-{alias}.parquet"
    connection = tables.connect()
    with reading(connection, path, {"format": form["format"], "read": DEFAULTS}, path.name) as found:
        if found.notes:
            report.show(found.notes)
        tables.write_arrow(tables.stream(connection, found.query), target)
    connection.close()
    return target


def _write(context: Context, section: Mapping[str, Any], scratch: Path, kinds: Mapping[str, str]) -> None:
    connection = workbench(scratch)
    query, notes = settled(connection, parquet(scratch / "found.parquet"), kinds, context.params)
    if notes:
        report.show(notes)
    shown = context.inside(section["sql"]).relative_to(context.root.resolve())
    empty = problem("MLS0611", f"the query `{shown}` gives no rows", help="an empty source trains nothing: look at what it is made of")
    rows = tables.stream(connection, ordered(query, list(kinds), context.params["key"]))
    count = tables.write_arrow(rows, context.out("raw.parquet"), empty=empty)
    connection.close()
    report.say(f"ingest: {count:,} rows made")
