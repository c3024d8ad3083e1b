"""A table as it was known at each row's time: the newest row that is not of the future.

For a row of the spine at time t: of the rows that are equal in `by`, with on <= t and known <= t, the one with the greatest `on`, and of
those the greatest in `ties`, column by column. A row counts from the instant `greatest(on, known)`; only rows that are the best ones so far
at their instant can ever be the answer. Where there may be others these are found by a window first, one an instant, so that the match has
no tie to break.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.runtime import tables
from mlspec.runtime.clean.casting import declared_type
from mlspec.runtime.features.declared import AsOf, Spine, instant, joined_names, key_shown
from mlspec.runtime.features.matching import FOREVER, SECOND, Places, Whole, microseconds
from mlspec.runtime.tables import ROW, ident, need_column

_AVAIL, _ORDER, _BEST, _SAME, _TIED = "__avail", "__order", "__best", "__same", "__tied"
_AT_ONCE = 1_000_000
"""Rows that are written at a time."""


def write_joined(places: Places, path: Path, join: AsOf, target: Path) -> None:
    """Write the joined table to Parquet: a row for each of the spine's, with its key, in its order; NULL where nothing was known.

    `path`: the input's file. Raises MLS0620, MLS0687 (a tie that `ties` does not break) and MLS0689.
    """
    spine = places.spine
    names = joined_names(join.alias, join.by, spine.key, list(_checked(places.connection, spine, path, join)))
    if len({*(n.casefold() for n in names.values()), *(k.casefold() for k in spine.key)}) < len(names) + len(spine.key):
        raise problem(
            "MLS0689", f"asOf.{join.alias}: two columns of the joined table would have one name", help="rename one of the input's"
        )
    tables.write_scratch(_rows(spine, path, names, _found(places, path, join)), target)


def _checked(connection: Any, spine: Spine, path: Path, join: AsOf) -> dict[str, str]:
    """The input's columns. Times must be times, and what is compared of one type: DuckDB would round one side."""
    left, right = (tables.columns_of(connection, tables.parquet(p)) for p in (spine.path, path))
    where = f"asOf.{join.alias}"
    for name in (join.on, *([join.known] if join.known else []), *join.by, *join.ties):
        need_column(name, right, where)
    for name in (spine.time, *spine.key, *join.by):
        need_column(name, left, f"{where}, in the spine")
    for name, kind in ((spine.time, left[spine.time]), *((n, right[n]) for n in (join.on, join.known) if n)):
        if declared_type(kind) not in ("date", "timestamp"):
            raise problem("MLS0689", f"{where}: `{name}` is {kind.casefold()}, and no time", help="declare it as `timestamp` in its source")
    for name in join.by:
        if declared_type(left[name]) != declared_type(right[name]):
            message = f"{where}: `{name}` is {left[name].casefold()} in the spine, and {right[name].casefold()} in the input"
            raise problem("MLS0689", message, help="declare the two columns as one type")
    return right


def _found(places: Places, path: Path, join: AsOf) -> Whole:
    """For each row of the spine the number of its row in the input's file, from 1; 0 where nothing was known, or it is too old."""
    connection, rows = places.connection, _known(path, join)
    found = None if _has_late(connection, rows, join) else places.match(rows, _AVAIL, join.by)
    if found is not None:
        return _young(places, rows, join, found)
    best = _best(connection, rows, join)
    found = places.match(best, _AVAIL, join.by)
    assert found is not None  # noqa: S101 - they are one an instant
    found = _young(places, best, join, found)
    _refuse_ties(places, best, join, found)
    return found


def _known(path: Path, join: AsOf) -> str:
    """The relation of the input's rows that are known at some time, with the instant from which they count."""
    on = instant(ident(join.on))
    known = f"AND {ident(join.known)} IS NOT NULL" if join.known else ""
    avail = f"greatest({on}, {instant(ident(join.known))})" if join.known else on
    return f"(SELECT *, {avail} AS {_AVAIL} FROM {tables.numbered(path)} WHERE {ident(join.on)} IS NOT NULL {known})"


def _has_late(connection: Any, rows: str, join: AsOf) -> bool:
    """Whether the newest row by instant may be another one than the newest by `on`."""
    late = f"SELECT 1 FROM {rows} WHERE {_AVAIL} > {instant(ident(join.on))} LIMIT 1"
    return join.known is not None and bool(connection.execute(late).fetchall())


def _best(connection: Any, rows: str, join: AsOf) -> str:
    """The relation of the rows that can be an answer, one for each instant and `by`."""
    by = "".join(f"{ident(c)}, " for c in join.by)
    order = ", ".join(f"{c} NULLS FIRST" for c in (instant(ident(join.on)), *map(ident, join.ties)))
    distinct = f"SELECT * EXCLUDE ({ROW}), min({ROW}) AS {ROW} FROM {rows} GROUP BY ALL"
    ranked = f"SELECT *, dense_rank() OVER ({_partition(by)} ORDER BY {order}) AS {_ORDER} FROM ({distinct})"
    so_far = f"ORDER BY {_AVAIL} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    best = (
        f"SELECT *, max({_ORDER}) OVER ({_partition(by)} {so_far}) AS {_BEST}, "
        f"count(*) OVER ({_partition(by + _ORDER + ', ')} {so_far}) AS {_SAME} FROM ({ranked})"
    )
    first = f"row_number() OVER ({_partition(by + _AVAIL + ', ')} ORDER BY {_SAME}) = 1"
    query = f"SELECT * EXCLUDE ({_ORDER}, {_BEST}, {_SAME}), {_SAME} > 1 AS {_TIED} FROM ({best}) WHERE {_ORDER} = {_BEST} QUALIFY {first}"
    name = ident(f"__best_{join.alias}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    return name


def _partition(columns: str) -> str:
    return f"PARTITION BY {columns.removesuffix(', ')}" if columns else ""


def _young(places: Places, rows: str, join: AsOf, found: Whole) -> Whole:
    """What was found without rows that are older than `maxAge`. Ages are whole microseconds; nothing is young for ever."""
    if join.max_age is None or not found.any():
        return found
    numbers, on = places.read(rows, [ROW, microseconds(ident(join.on))])
    on_of = np.zeros(1 + max(int(numbers.max()), int(found.max())), np.int64)
    on_of[numbers] = on
    at, since = places.times(), on_of[found]
    young = (at < FOREVER) & (since > -FOREVER) & (at - since <= round(join.max_age * SECOND))
    return np.where(young, found, 0)


def _refuse_ties(places: Places, best: str, join: AsOf, found: Whole) -> None:
    """A tie that no row of the spine meets does no harm."""
    (tied,) = places.read(f"{best} WHERE {_TIED}", [ROW])
    met = np.flatnonzero(np.isin(found, tied))
    if not len(met):
        return
    spine, connection = places.spine, places.connection
    (when,) = connection.execute(f"SELECT CAST({ident(join.on)} AS VARCHAR) FROM {best} WHERE {ROW} = {found[met[0]]}").fetchall()[0]
    key = ", ".join(f"CAST({ident(k)} AS VARCHAR)" for k in spine.key)
    values = connection.execute(f"SELECT {key} FROM {tables.numbered(spine.path)} WHERE {ROW} = {met[0] + 1}").fetchall()[0]
    at = f"{join.on} = {when}" + (f", the same {', '.join(join.ties)}" if join.ties else "")
    row = key_shown(spine.key, values, spine.pii)
    message = f"asOf.{join.alias}: for the row {row} several rows of the input are the newest ({at}), and they differ"
    raise problem("MLS0687", message, help="say which one counts: `ties: [COLUMN]`, the greatest wins; or drop duplicates in the source")


def _rows(spine: Spine, path: Path, names: Mapping[str, str], found: Whole) -> Any:
    """The joined table as a stream: the spine's key, then the columns of the input under their names."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(spine.path, pre_buffer=False)  # else it keeps what it has read, to the end
    keys, other = file.schema_arrow, pq.ParquetFile(path).read(list(names)).select(list(names)).rename_columns(list(names.values()))
    fields = [*(keys.field(k) for k in spine.key), *other.schema]
    schema = pa.schema([field.with_nullable(True).remove_metadata() for field in fields])  # where nothing was known it is NULL
    other = other.combine_chunks()

    def batches() -> Iterator[Any]:
        done = 0
        for part in file.iter_batches(_AT_ONCE, columns=list(spine.key)):
            numbers = found[done : done + part.num_rows]
            taken = other.take(pa.array(numbers - 1, mask=numbers == 0)).combine_chunks()
            done += part.num_rows
            columns = [*(part.column(k) for k in spine.key), *(column.combine_chunks() for column in taken.columns)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())
