"""Rows from a database: one SELECT, in a read-only session, as a whole or from where the last reading ended.

The same rows give the same bytes, whatever was read before: they are put in one order, and a column's type follows from what the database
says of it and what is declared. `window.py` says what is read where not all is.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, problem
from mlspec.diagnostics.atomic import PREFIX
from mlspec.runtime import report, tables
from mlspec.runtime.context import Context
from mlspec.runtime.ingest import state
from mlspec.runtime.ingest.sql import columns
from mlspec.runtime.ingest.sql.fetched import Fetched
from mlspec.runtime.ingest.sql.settle import ordered, settled, workbench
from mlspec.runtime.ingest.sql.source import Source, open_source
from mlspec.runtime.ingest.sql.window import Last, last_reading, merged, missed


def read(context: Context, section: Mapping[str, Any]) -> None:
    """Ask the query of the section, and write its rows. Raises MLS0610, MLS0611, MLS0615, and MLS0670 to MLS0677."""
    source = open_source(context, section)
    last = last_reading(source, now()) if section.get("cursor") else None
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        if last is None or last.is_due or not _read_window(source, last, Path(folder)):
            _read_all(source, last, Path(folder))


def now() -> dt.datetime:
    """The time; a name of its own, for tests."""
    return dt.datetime.now(dt.UTC)


def _read_all(source: Source, last: Last | None, scratch: Path) -> None:
    began, found = now(), source.ask(scratch)
    columns.check(source, found)
    connection = workbench(scratch)
    query, notes = settled(connection, found.relation(), found.kinds, source.context.params)
    if source.section.get("cursor"):
        columns.check_cursor(connection, source, query, found.kinds)
        notes += missed(connection, query, last) if last else []
    rows = _write(source, connection, query, list(found.kinds), notes)
    report.say(f"ingest: {rows:,} rows read")
    state.remember(source.context, _told(source, found.kinds, found, began), source.decides)


def _read_window(source: Source, last: Last, scratch: Path) -> bool:
    """Read what may have changed, into what was read before; False where only all rows can say what there is now."""
    folder = scratch / "window"
    folder.mkdir()
    found = source.ask(folder, last.where)
    columns.check(source, found)
    connection = workbench(scratch)
    made = merged(connection, last, found)
    if made is None:
        return False
    query, notes = made
    columns.check_cursor(connection, source, query, last.kinds)
    rows = _write(source, connection, query, list(last.kinds), notes)
    report.say(f"ingest: {found.count:,} rows read by the cursor, {rows:,} in all")
    state.remember(source.context, _told(source, last.kinds, found, last.full_read), source.decides)
    return True


def _write(source: Source, connection: Any, query: str, names: list[str], notes: list[Diagnostic]) -> int:
    if notes:
        report.show(notes)
    empty = problem(
        "MLS0611", f"the query `{source.path}` gives no rows", help="an empty source trains nothing: look at where it comes from"
    )
    rows = tables.stream(connection, ordered(query, names, source.context.params["key"]))
    return tables.write_arrow(rows, source.context.out(state.ROWS), empty=empty)


def _told(source: Source, kinds: Mapping[str, str], found: Fetched, full_read: dt.datetime) -> dict[str, Any]:
    """What the next reading needs: the columns by kind, in order, and, with a cursor, when all rows were read last."""
    told: dict[str, Any] = {"query": source.digest, "columns": list(kinds.items()), "told": found.told}
    if source.section.get("cursor"):
        told |= {"fullRead": full_read.strftime("%Y-%m-%dT%H:%M:%SZ"), "mixed": found.mixed}
    return told
