"""What a cursor spares: rows at or after a floor are read anew, and those before it are taken from the last reading.

In the window (the cursor's value is at least the largest one seen, less the overlap, or missing) what the database says now is all there
is: rows of the last reading that stood there are dropped. So a merge is what a full reading would give, where every change since the
last one has moved its row's cursor into the window; `fullReadEvery` finds what did not, such as a deleted row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.runtime import tables
from mlspec.runtime.ingest import state
from mlspec.runtime.ingest.sql import values
from mlspec.runtime.ingest.sql.fetched import Fetched, literal_of
from mlspec.runtime.ingest.sql.settle import settled
from mlspec.runtime.ingest.sql.source import Source
from mlspec.runtime.tables import ident, parquet

_AS_KEPT: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("integer", "decimal"), ("BIGINT",)),
    "date": ("DATE", "TIMESTAMP"),
    **dict.fromkeys(("timestamp", "zoned"), ("TIMESTAMP",)),
}
"""What a cursor's column may be kept as, by its kind in the database."""
_QUOTES = {"mysql": ("`", "`"), "tsql": ("[", "]"), "bigquery": ("`", "`")}


@dataclass(frozen=True, slots=True)
class Last:
    """The last reading: its rows are in `old`, by `kinds` of the database and `types` of DuckDB.

    `floor`: the smallest value of the cursor to read anew, None where there is none to go by; `is_due`: all rows are to be read;
    `told`: whether the database, and not its values, said of what kind the columns are.
    """

    source: Source
    old: Path
    kinds: Mapping[str, str]
    types: Mapping[str, str]
    full_read: dt.datetime
    floor: Any
    told: bool
    is_due: bool

    @property
    def cursor(self) -> str:
        return str(self.source.section["cursor"]["column"])

    @property
    def where(self) -> str:
        """The condition of the window, as the database reads it."""
        name = _quoted(self.cursor, self.source.dialect.name)
        return f"{name} >= {literal_of(self.floor, self.kinds[self.cursor])} OR {name} IS NULL"

    @property
    def before(self) -> str:
        """The condition of what lies before the window, in DuckDB."""
        kind = self.kinds[self.cursor]
        return f"{ident(self.cursor)} < {literal_of(self.floor, 'timestamp' if kind == 'zoned' else kind)}"


def _quoted(name: str, dialect: str) -> str:
    first, last = _QUOTES.get(dialect, ('"', '"'))
    return f"{first}{name.replace(last, last * 2)}{last}"


def last_reading(source: Source, now: dt.datetime) -> Last | None:
    """What the last reading left that can be believed; None where there is none. `now`: the time."""
    told = state.remembered(source.context, source.decides) or {}
    try:
        kinds = {str(n): str(kind) for n, kind in told["columns"]}
        full_read = dt.datetime.fromisoformat(told["fullRead"])
        mixed, said = bool(told["mixed"]), bool(told["told"])
    except (KeyError, TypeError, ValueError):
        return None
    old = source.context.out(state.ROWS)
    connection = tables.connect()
    types = tables.columns_of(connection, parquet(old))
    if list(types) != list(kinds):
        return None
    floor = _floor(source, connection, kinds, types, now)
    every = dt.timedelta(seconds=float(source.section["cursor"]["fullReadEvery"]))
    is_due = floor is None or mixed or _is_unsure(source, types) or not full_read <= now < full_read + every
    return Last(source, old, kinds, types, full_read, floor, said, is_due)


def _is_unsure(source: Source, types: Mapping[str, str]) -> bool:
    """Whether a column that is declared as whole numbers was none: with other rows it may be one."""
    return any(kind == "integer" and types.get(name) == "DOUBLE" for name, kind in source.context.params.get("types", {}).items())


def _floor(source: Source, connection: Any, kinds: Mapping[str, str], types: Mapping[str, str], now: dt.datetime) -> Any:
    """The largest value seen, less the overlap.

    A value in the future is nobody's last change: by it, all that changes from now on would lie before the floor.
    """
    cursor = source.section["cursor"]
    column, kind = ident(cursor["column"]), kinds.get(cursor["column"], "")
    if types.get(cursor["column"]) not in _AS_KEPT.get(kind, ()):
        return None
    tomorrow = (now + dt.timedelta(days=1)).replace(tzinfo=None)
    past = "" if kind in ("integer", "decimal") else f" WHERE {column} <= {literal_of(tomorrow, 'timestamp')}"
    highest = connection.execute(f"SELECT max({column}) FROM {parquet(source.context.out(state.ROWS))}{past}").fetchone()[0]
    if kind == "date" and isinstance(highest, dt.datetime):
        highest = highest.date()
    return None if highest is None else _less(highest, float(cursor["overlap"]))


def _less(value: Any, overlap: float) -> Any:
    """A value less the overlap: seconds; of whole numbers, in their unit; of dates, in days, rounded up."""
    if isinstance(value, int):
        return int(value - overlap // 1 - (overlap % 1 > 0))
    step = dt.timedelta(seconds=overlap)
    try:
        return (
            value - step if isinstance(value, dt.datetime) else value - dt.timedelta(days=step.days + (step > dt.timedelta(days=step.days)))
        )
    except OverflowError:
        return None


def merged(connection: Any, last: Last, found: Fetched) -> tuple[str, list[Diagnostic]] | None:
    """The SELECT of the window's rows with those before it, and notes; None where only a full reading can say what there is.

    Columns are merged in the types they get, which rows that come later don't change; where they would, all is read.
    """
    known = all(kind == last.kinds[n] or (kind == values.UNKNOWN and not found.told) for n, kind in found.kinds.items())
    if list(found.kinds) != list(last.kinds) or found.mixed or not known:
        return None
    fresh, notes = settled(connection, found.relation(), found.kinds, last.source.context.params)
    types = tables.columns_of(connection, f"({fresh})")
    if any(types[n] != kept and found.kinds[n] != values.UNKNOWN for n, kept in last.types.items()):
        return None
    items = ", ".join(f"CAST({ident(n)} AS {kept}) AS {ident(n)}" for n, kept in last.types.items())
    connection.execute(f"CREATE TEMP TABLE fresh AS SELECT {items} FROM ({fresh})")
    same = " AND ".join(f"old.{ident(n)} = fresh.{ident(n)}" for n in last.source.context.params["key"])
    kept = f"SELECT * FROM {parquet(last.old)} AS old WHERE {last.before} AND NOT EXISTS (SELECT 1 FROM fresh WHERE {same})"
    query = f"SELECT * FROM fresh UNION ALL {kept}"
    return None if _lost_its_kind(connection, query, last) else (query, notes)


def _lost_its_kind(connection: Any, query: str, last: Last) -> bool:
    """Whether a column has no value any more, of a database that says nothing of kinds: a full reading could not tell it either.

    SQLite's values have kinds, and its columns none: numbers that are all whole now are whole numbers, if it has them so.
    """
    names = [] if last.told else [n for n, kind in last.kinds.items() if kind != values.UNKNOWN]
    is_sqlite = last.source.dialect.name == "sqlite"
    numbers = [n for n in names if is_sqlite and last.kinds[n] in ("number", "decimal") and last.types[n] == "DOUBLE"]
    fractions = [f"count_if({ident(n)} <> floor({ident(n)}))" for n in numbers]
    return 0 in tables.aggregate(connection, f"({query})", [*(f"count({ident(n)})" for n in names), *fractions])


def missed(connection: Any, query: str, last: Last) -> list[Diagnostic]:
    """What a full reading found of rows before the window, where the cursor says that nothing changed."""
    if last.floor is None or tables.columns_of(connection, f"({query})") != last.types:
        return []
    now, old = f"(SELECT * FROM ({query}) WHERE {last.before})", f"(SELECT * FROM {parquet(last.old)} WHERE {last.before})"
    key = ", ".join(map(ident, last.source.context.params["key"]))
    changed = connection.execute(f"SELECT count(*) FROM (SELECT * FROM {now} EXCEPT SELECT * FROM {old})").fetchone()[0]
    gone = connection.execute(f"SELECT count(*) FROM (SELECT {key} FROM {old} EXCEPT SELECT {key} FROM ({query}))").fetchone()[0]
    found = []
    if changed:
        message = f"{changed:,} rows came or changed before the window that `{last.cursor}` opens: only this reading of all rows found them"
        fix = (
            "raise `sql.cursor.overlap` above the longest time between a change and its commit; and see that every change moves the cursor"
        )
        found.append(Diagnostic("MLS0678", message, None, fix, severity="warning"))
    if gone:
        message = f"{gone:,} rows were deleted in the database since the last reading of all rows"
        found.append(Diagnostic("MLS0678", message, None, "`sql.cursor.fullReadEvery` says how long such rows stay", severity="note"))
    return found
