"""The newest row of each key of a set, as stores for serving hold them: dates as days, timestamps as microseconds since 1970 UTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlspec.runtime import tables
from mlspec.runtime.tables import ident, parquet

FETCHED = 10_000
"""Rows that are held at once."""


class Newest:
    """`by`: columns of which each combination counts once, with its greatest `time`; without a time each row does.

    `types`: {column: declared type} of the columns that are wanted, `by` and `time` among them. Close it after use.
    """

    def __init__(self, path: Path, by: Sequence[str], time: str | None, types: Mapping[str, str]) -> None:
        self._connection = tables.connect()
        self._types = types
        last = f" QUALIFY row_number() OVER (PARTITION BY {', '.join(map(ident, by))} ORDER BY {ident(time)} DESC) = 1" if time else ""
        self._connection.execute(f"CREATE VIEW newest AS SELECT * FROM {parquet(path)}{last}")

    def summary(self, column: str | None) -> tuple[int, int | None]:
        """How many rows there are, and the greatest value of a date or timestamp."""
        newest = f"max({_stored(column, self._types[column])})" if column else "NULL"
        rows, value = self._connection.execute(f"SELECT count(*), {newest} FROM newest").fetchall()[0]
        return int(rows), value

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Each row's values, in the order of `types`; in no order themselves."""
        items = ", ".join(_stored(name, type_) for name, type_ in self._types.items())
        found = self._connection.execute(f"SELECT {items} FROM newest")
        while part := found.fetchmany(FETCHED):
            yield from part

    def close(self) -> None:
        self._connection.close()


def _stored(column: str, type_: str) -> str:
    if type_ == "timestamp":
        return f"epoch_us({ident(column)})"
    return f"({ident(column)} - DATE '1970-01-01')" if type_ == "date" else ident(column)
