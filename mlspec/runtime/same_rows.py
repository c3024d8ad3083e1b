"""Which rows of one Parquet file stand in another: compared by value, whatever type each file keeps a value in.

A column with an empty cell is often kept in another type than one without (whole numbers as fractions, true and false as text), so
that types, or hashes that depend on them, tell nothing. Missing values equal each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from mlspec.runtime import tables
from mlspec.runtime.tables import ROW, ident

Array = np.ndarray[Any, Any]

_WHOLE = frozenset({"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"})
_ZONED = ("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")
_FRACTION = frozenset({"FLOAT", "DOUBLE"})


@dataclass(frozen=True, slots=True)
class Twins:
    """Test rows (masks of shape (n,)) that training knows.

    `shared`: equal to a training row in features and target. `known`: its features stand in training, without being equal by nature;
    told by features alone, so that leaving these rows out favours no answer. By nature: training itself holds two observations of
    these features that differ in key, group, time or target. `inside`: training rows that equal another one, which differs in key,
    group or time (with none of these columns: any other one), of `trained` rows.
    """

    shared: Array
    known: Array
    by_nature: int
    inside: int
    trained: int

    def as_json(self) -> dict[str, int]:
        """As evaluation.json has them."""
        return {"known": int(self.known.sum()), "byNature": self.by_nature, "inTraining": self.inside, "trainingRows": self.trained}


def standing_in(rows: Path, others: Path, columns: Sequence[str]) -> Array:
    """Return a mask (n,): the rows that stand in `others` too, by the columns that both files have. Without any such column none does."""
    with _Pair(rows, others) as pair:
        shared = [c for c in columns if c in pair.types and c in pair.other_types]
        return pair.mask(pair.known(shared)) if shared else np.zeros(pair.count, dtype=bool)


def twins(test: Path, train: Path, features: Sequence[str], target: str | None, identity: Sequence[str]) -> Twins:
    """Find the test rows that training knows. `identity`: what tells observations apart (key, group, time), where there is any.

    `target`: None where there is none; rows are equal by their features then.
    """
    told = [target] if target is not None else []
    with _Pair(test, train) as pair:
        apart = [c for c in identity if c in pair.types and c in pair.other_types and c not in features and c != target]
        shared = pair.mask(pair.known([*features, *told]))
        matched = pair.mask(pair.known(features))
        several = f"count(DISTINCT {pair.row([*apart, *told])}) > 1" if apart or told else "count(*) > 1"
        natural = pair.mask(pair.known(features, several))
        inside = pair.inside([*features, *told], apart)
        return Twins(shared, matched & ~natural, int((shared & natural).sum()), inside, pair.other_count)


class _Pair:
    """Two files as the views `ours` and `theirs`, every column of both in one type."""

    def __init__(self, rows: Path, others: Path) -> None:
        self.connection = tables.connect()
        ours, theirs = tables.numbered(rows), tables.numbered(others)
        self.types, self.other_types = tables.columns_of(self.connection, ours), tables.columns_of(self.connection, theirs)
        kinds = {c: _common(kind, self.other_types[c]) for c, kind in self.types.items() if c in self.other_types}
        for name, relation, own in (("ours", ours, self.types), ("theirs", theirs, self.other_types)):
            columns = "".join(f", {_value(c, own[c], kind)} AS {ident(c)}" for c, kind in kinds.items())
            self.connection.execute(f"CREATE VIEW {name} AS SELECT {ROW}{columns} FROM {relation}")
        self.count, self.other_count = (self._number(f"SELECT count(*) FROM {name}") for name in ("ours", "theirs"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _number(self, query: str) -> int:
        return int(self.connection.execute(query).fetchone()[0])

    def row(self, columns: Sequence[str]) -> str:
        """The columns as one value; missing ones count."""
        return f"row({', '.join(map(ident, columns))})"

    def known(self, columns: Sequence[str], condition: str = "true") -> str:
        """A query for our row numbers whose values stand in theirs, among groups of equal rows that meet the condition."""
        names = ", ".join(map(ident, columns))
        alike = " AND ".join(f"o.{ident(c)} IS NOT DISTINCT FROM t.{ident(c)}" for c in columns)
        groups = f"SELECT {names} FROM theirs GROUP BY {names} HAVING {condition}"
        return f"SELECT o.{ROW} FROM ours AS o JOIN ({groups}) AS t ON {alike}"

    def mask(self, query: str) -> Array:
        """The rows of ours that a query for row numbers finds, (n,)."""
        found = np.zeros(self.count, dtype=bool)
        found[self.connection.execute(query).fetchnumpy()[ROW].astype(np.int64) - 1] = True
        return found

    def inside(self, columns: Sequence[str], apart: Sequence[str]) -> int:
        """How many of their rows equal another one of theirs in `columns`, and not in `apart`."""
        names = ", ".join(map(ident, columns))
        several = f"count(DISTINCT {self.row(apart)}) > 1" if apart else "count(*) > 1"
        groups = f"SELECT count(*) AS n FROM theirs GROUP BY {names} HAVING {several}"
        return self._number(f"SELECT coalesce(sum(n), 0) FROM ({groups})")


def _common(one: str, other: str) -> str | None:
    """The type that both are compared in; None: as they are."""
    kinds = {one, other}
    if len(kinds) == 1:
        return None
    if kinds <= _WHOLE:
        return "HUGEINT"
    if all(kind in _WHOLE | _FRACTION or kind.startswith("DECIMAL") for kind in kinds):
        return "DOUBLE"
    if all(kind == "DATE" or kind.startswith("TIMESTAMP") for kind in kinds):
        return "TIMESTAMP"
    return "VARCHAR"


def _value(name: str, own: str, common: str | None) -> str:
    """A column in the type of comparison. NaN is a missing value; whole numbers become text without the fraction that a type gave them."""
    column = f"({ident(name)} AT TIME ZONE 'UTC')" if common == "TIMESTAMP" and own.startswith(_ZONED) else ident(name)
    made = column if common is None else f"CAST({column} AS {common})"
    if own not in _FRACTION:
        return made
    if common == "VARCHAR":
        whole = f"{column} = trunc({column}) AND abs({column}) < 9007199254740992"
        made = f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE {made} END"
    return f"CASE WHEN {tables.is_nan(column)} THEN NULL ELSE {made} END"
