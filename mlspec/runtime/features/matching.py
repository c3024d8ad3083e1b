"""Which row of an input is the newest one that is known at the time of each row of the spine: by numbers, one sort a side.

Rows of both sides get the number of their group (equal in `by`, as DuckDB compares) and their instant, put together into one number that
sorts by both. The place of each row of the input among the sorted rows of the spine then says for all rows of the spine at once which
one came last: a merge, as pandas.merge_asof has it, for all groups together. Nothing hangs on the order of the engine's threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlspec.runtime import tables
from mlspec.runtime.features.declared import Spine, instant
from mlspec.runtime.tables import ROW, ident

_GROUP = "__group"
SECOND = 1_000_000
"""In microseconds, as all instants here."""
_DIGIT = 16
"""Bits by which NumPy sorts in one pass, without comparing."""
FOREVER = 1 << 62
"""What stands for infinity: instants of ours are smaller."""
Whole = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class _Side:
    """Rows by group and instant. `place`: the position of each in the file, from 0; those without a group or a time are left out."""

    place: Whole
    group: Whole
    at: Whole


@dataclass(frozen=True, slots=True)
class _Spine:
    """The spine's rows in order, each with one number that sorts by group and instant. `groups`: the relation that numbers its groups.

    Instants become numbers from 0 to `width` - 1 in the same order: in units of `unit` microseconds since `low`, or, where that would be
    too many, the ranks of `ranks`.
    """

    groups: str
    place: Whole
    group: Whole
    number: Whole
    low: int
    high: int
    unit: int
    width: int
    ranks: Whole | None

    def numbers(self, other: _Side) -> Whole:
        """The numbers of other rows, none after `high`: that of the spine's first instant at or after each, in its group."""
        if self.ranks is not None:
            since = np.searchsorted(self.ranks, other.at)
        else:
            since = -((self.low - np.maximum(other.at, self.low)) // self.unit)  # rounded up
        found: Whole = other.group * self.width + since
        return found


@dataclass(slots=True)
class Places:
    """The spine's side of joins: sorted once for all inputs that are joined by the same columns."""

    connection: Any
    spine: Spine
    _sides: dict[tuple[str, ...], _Spine] = field(default_factory=dict)

    def match(self, relation: str, known: str, by: Sequence[str]) -> Whole | None:
        """For each row of the spine the hidden row number of `relation`'s last row whose instant `known` (SQL) has come, from 1; 0: none.

        None where two of its rows are of one group and instant.
        """
        left = self._side(tuple(by))
        right = _sorted(_until(self._numbers(relation, known, left.groups, by), left.high))
        if ((right.at[1:] == right.at[:-1]) & (right.group[1:] == right.group[:-1])).any():
            return None
        last = _last(left.number, left.numbers(right))
        fits = last >= 0
        fits[fits] = right.group[last[fits]] == left.group[fits]
        found = np.zeros(self._rows, np.int64)
        found[left.place[fits]] = right.place[last[fits]] + 1
        return found

    def times(self) -> Whole:
        """The instant of each row of the spine, in microseconds; any number where there is none."""
        found = np.zeros(self._rows, np.int64)
        number, at = self.read(tables.numbered(self.spine.path), [ROW, microseconds(ident(self.spine.time))])
        found[number - 1] = at
        return found

    def read(self, relation: str, items: Sequence[str]) -> list[Whole]:
        """Columns of whole numbers, none missing."""
        found = self.connection.execute(f"SELECT {', '.join(items)} FROM {relation}").fetchnumpy()
        return [np.ma.getdata(column).astype(np.int64, copy=False) for column in found.values()]

    @property
    def _rows(self) -> int:
        import pyarrow.parquet as pq

        return int(pq.read_metadata(self.spine.path).num_rows)

    def _side(self, by: tuple[str, ...]) -> _Spine:
        if by not in self._sides:
            rows = tables.numbered(self.spine.path)
            groups = self._groups(rows, by)
            self._sides[by] = _spine(groups, _sorted(self._numbers(rows, ident(self.spine.time), groups, by)))
        return self._sides[by]

    def _groups(self, rows: str, by: tuple[str, ...]) -> str:
        if not by:
            return ""
        name, columns = ident(f"__groups_{len(self._sides)}"), ", ".join(map(ident, by))
        there = " AND ".join(f"{ident(c)} IS NOT NULL" for c in by)
        query = f"SELECT *, row_number() OVER () - 1 AS {_GROUP} FROM (SELECT DISTINCT {columns} FROM {rows} WHERE {there})"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
        return name

    def _numbers(self, rows: str, time: str, groups: str, by: Sequence[str]) -> _Side:
        """Rows whose time and group are there."""
        number = f"CAST(g.{_GROUP} AS BIGINT)" if groups else "CAST(0 AS BIGINT)"
        same = " AND ".join(f"r.{ident(c)} = g.{ident(c)}" for c in by)
        joined = f" JOIN {groups} AS g ON {same}" if groups else ""
        at = f"r.{time}"
        return _Side(*self.read(f"{rows} AS r{joined} WHERE {at} IS NOT NULL", [f"r.{ROW} - 1", number, microseconds(at)]))


def microseconds(time: str) -> str:
    """SQL: a time as whole microseconds since 1970; what is infinite lies beyond all that is not."""
    at = instant(time)
    return f"CASE WHEN isfinite({at}) THEN epoch_us({at}) WHEN {at} > TIMESTAMP '1970-01-01' THEN {FOREVER} ELSE -{FOREVER} END"


def _spine(groups: str, side: _Side) -> _Spine:
    """Number sorted rows."""
    low, high = (int(side.at.min()), int(side.at.max())) if len(side.at) else (0, -1)
    room = (1 << 62) // (1 + (int(side.group[-1]) if len(side.group) else 0))
    unit, ranks = 1, None
    if high - low < 1 << 62:
        since = side.at - low
        unit = SECOND if not (since % SECOND).any() else 1
    if (high - low) // unit < room:
        since, width = since // unit, (high - low) // unit + 1
    else:
        ranks = np.unique(side.at)
        since, width = np.searchsorted(ranks, side.at), len(ranks)
    return _Spine(groups, side.place, side.group, side.group * width + since, low, high, unit, width, ranks)


def _until(side: _Side, high: int) -> _Side:
    """Without the rows after an instant."""
    kept = side.at <= high
    return side if kept.all() else _Side(side.place[kept], side.group[kept], side.at[kept])


def _sorted(side: _Side) -> _Side:
    order = _order(side.group, side.at)
    return _Side(side.place[order], side.group[order], side.at[order])


def _order(group: Whole, at: Whole) -> Whole:
    """The order by group, then instant: digit by digit, which needs no comparison."""
    order = np.arange(len(at))
    for values in (at - at.min() if len(at) else at, group):
        if (values[order[1:]] < values[order[:-1]]).any():
            order = _by_digits(order, values)
    return order


def _by_digits(order: Whole, values: Whole) -> Whole:
    """`order`, sorted by values that are not negative; equal ones stay in their order."""
    for shift in range(0, int(values.max()).bit_length(), _DIGIT):
        digit = ((values >> shift) & ((1 << _DIGIT) - 1)).astype(np.uint16)[order]
        order = order[np.argsort(digit, kind="stable")]
    return order


def _last(before: Whole, mine: Whole) -> Whole:
    """For each of the sorted numbers `before` the place of the last of the sorted `mine` that is not greater; -1 where there is none."""
    place = np.searchsorted(before, mine)
    return np.cumsum(np.bincount(place, minlength=len(before) + 1)[: len(before)]) - 1
