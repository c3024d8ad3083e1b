"""A table as it was known at each row's time: the newest row that is not of the future.

For a row of the spine at time t: of the rows that are equal in `by`, with on <= t and known <= t, the one with the greatest `on`, and of
those the greatest in `ties`, column by column. A row counts from the instant `greatest(on, known)`; only rows that are the best ones so far
at their instant can ever be the answer. These are found by a window first, one an instant, so that DuckDB's ASOF join has no tie to break:
it breaks them by itself, for one row otherwise than for many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime import tables
from mlspec.runtime.clean.casting import declared_type
from mlspec.runtime.tables import ident, need_column

_AVAIL, _ORDER, _BEST, _SAME, _TIED = "__avail", "__order", "__best", "__same", "__tied"
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class AsOf:
    """How an input is joined. `max_age`: seconds between `on` and the row's time, at most."""

    alias: str
    on: str
    known: str | None = None
    by: tuple[str, ...] = ()
    max_age: float | None = None
    ties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spine:
    """The rows that are joined to: a file, the columns that name a row, and its time."""

    path: Path
    key: tuple[str, ...]
    time: str


def as_of(alias: str, form: Mapping[str, Any]) -> AsOf:
    """Read a join from a stage's parameters."""
    return AsOf(alias, form["on"], form.get("known"), tuple(form.get("by", ())), form.get("maxAge"), tuple(form.get("ties", ())))


def instant(column: str) -> str:
    """SQL: a date or timestamp (quoted, maybe with its table) as a timestamp, UTC."""
    return f"CAST({column} AS TIMESTAMP)"


def joined_names(alias: str, by: Sequence[str], key: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """{column of the input: its name in the joined table}: one that is called like a column of the key is told apart by the alias."""
    taken = {name.casefold() for name in key}
    same = {name.casefold() for name in by}
    return {c: f"{alias}_{c}" if c.casefold() in taken else c for c in columns if not (c.casefold() in taken and c.casefold() in same)}


def write_joined(connection: Any, spine: Spine, table: str, join: AsOf, target: Path) -> None:
    """Write the joined table to Parquet: a row for each of the spine's, with its key, in its order; NULL where nothing was known.

    `table`: the input's relation. Raises MLS0620, MLS0687 (a tie that `ties` does not break) and MLS0689.
    """
    rows = tables.parquet(spine.path)
    columns = _checked(connection, spine, rows, table, join)
    known = joined_names(join.alias, join.by, spine.key, list(columns))
    if len({*(n.casefold() for n in known.values()), *(k.casefold() for k in spine.key)}) < len(known) + len(spine.key):
        raise problem(
            "MLS0689", f"asOf.{join.alias}: two columns of the joined table would have one name", help="rename one of the input's"
        )
    best, may_tie = _best(connection, table, join)
    if may_tie:
        _refuse_ties(connection, spine, best, join)
    items = [f"s.{ident(k)}" for k in spine.key]
    items += [f"{_young(join, f'b.{ident(c)}')} AS {ident(name)}" for c, name in known.items()]
    tables.copy(connection, f"SELECT {', '.join(items)} FROM {_matched(spine, best, join)} ORDER BY s.{tables.ROW}", target)


def _checked(connection: Any, spine: Spine, rows: str, table: str, join: AsOf) -> dict[str, str]:
    """The input's columns. Times must be times, and what is compared of one type: DuckDB would round one side."""
    left, right = tables.columns_of(connection, rows), tables.columns_of(connection, table)
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


def _best(connection: Any, table: str, join: AsOf) -> tuple[str, bool]:
    """The relation of the rows that can be an answer, one for each instant and `by`; and whether there are ties among them."""
    on = instant(ident(join.on))
    known = f"AND {ident(join.known)} IS NOT NULL" if join.known else ""
    avail = f"greatest({on}, {instant(ident(join.known))})" if join.known else on
    plain = f"(SELECT *, {avail} AS {_AVAIL} FROM {table} WHERE {ident(join.on)} IS NOT NULL {known})"
    if _is_plain(connection, plain, on, join):
        return plain, False
    by = "".join(f"{ident(c)}, " for c in join.by)
    order = ", ".join(f"{c} NULLS FIRST" for c in (on, *map(ident, join.ties)))
    ranked = f"SELECT *, dense_rank() OVER ({_partition(by)} ORDER BY {order}) AS {_ORDER} FROM (SELECT DISTINCT * FROM {plain})"
    so_far = f"ORDER BY {_AVAIL} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    best = (
        f"SELECT *, max({_ORDER}) OVER ({_partition(by)} {so_far}) AS {_BEST}, "
        f"count(*) OVER ({_partition(by + _ORDER + ', ')} {so_far}) AS {_SAME} FROM ({ranked})"
    )
    first = f"row_number() OVER ({_partition(by + _AVAIL + ', ')} ORDER BY {_SAME}) = 1"
    query = f"SELECT * EXCLUDE ({_ORDER}, {_BEST}, {_SAME}), {_SAME} > 1 AS {_TIED} FROM ({best}) WHERE {_ORDER} = {_BEST} QUALIFY {first}"
    name = ident(f"__best_{join.alias}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    tied = connection.execute(f"SELECT count(*) FROM {name} WHERE {_TIED}").fetchall()[0][0]
    return name, bool(tied)


def _partition(columns: str) -> str:
    return f"PARTITION BY {columns.removesuffix(', ')}" if columns else ""


def _is_plain(connection: Any, rows: str, on: str, join: AsOf) -> bool:
    """Whether the newest row by instant is the newest by `on`, and there is one an instant: then nothing is to be found out."""
    group = ", ".join([*map(ident, join.by), _AVAIL])
    late = connection.execute(f"SELECT 1 FROM {rows} WHERE {_AVAIL} > {on} LIMIT 1").fetchall() if join.known else []
    return not late and not connection.execute(f"SELECT 1 FROM {rows} GROUP BY {group} HAVING count(*) > 1 LIMIT 1").fetchall()


def _matched(spine: Spine, best: str, join: AsOf) -> str:
    """FROM: the spine as s, with its row numbers and its time `s.__time`, and the matched row as b."""
    rows = f"(SELECT *, {instant(ident(spine.time))} AS __time FROM {tables.numbered(spine.path)}) AS s"
    on = " AND ".join([*(f"s.{ident(c)} = b.{ident(c)}" for c in join.by), f"s.__time >= b.{_AVAIL}"])
    return f"{rows} ASOF LEFT JOIN {best} AS b ON {on}"


def _is_young(join: AsOf) -> str:
    """SQL: the matched row is not older than `maxAge`. Ages are whole microseconds."""
    return f"epoch_us(s.__time) - epoch_us({instant(f'b.{ident(join.on)}')}) <= {round((join.max_age or 0) * MICROSECONDS)}"


def _young(join: AsOf, column: str) -> str:
    return column if join.max_age is None else f"CASE WHEN {_is_young(join)} THEN {column} END"


def _refuse_ties(connection: Any, spine: Spine, best: str, join: AsOf) -> None:
    """A tie that no row of the spine meets does no harm."""
    young = "" if join.max_age is None else f"AND {_is_young(join)}"
    asked = ", ".join([*(f"CAST(s.{ident(k)} AS VARCHAR)" for k in spine.key), f"CAST(b.{ident(join.on)} AS VARCHAR)"])
    query = f"SELECT {asked} FROM {_matched(spine, best, join)} WHERE b.{_TIED} {young} ORDER BY s.{tables.ROW} LIMIT 1"
    found = connection.execute(query).fetchall()
    if found:
        *key, when = found[0]
        at = f"{join.on} = {when}" + (f", the same {', '.join(join.ties)}" if join.ties else "")
        row = ", ".join(f"{name} = {value}" for name, value in zip(spine.key, key, strict=True))
        message = f"asOf.{join.alias}: for the row {row} several rows of the input are the newest ({at}), and they differ"
        raise problem(
            "MLS0687", message, help="say which one counts: `ties: [COLUMN]`, the greatest wins; or drop duplicates in the source"
        )
