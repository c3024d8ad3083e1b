"""Dates and times that Spark has not, or reads otherwise: infinite ones, and those of years other than 1 to 9999."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.runtime import tables
from mlspec.runtime.tables import ident
from mlspec.runtime.validate.spark.unlike import Unlike

_ENDS = {
    "DATE": "DATE '0001-01-01' AND DATE '9999-12-31'",
    "TIMESTAMP": "TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'",
}


def without(connection: Any, relation: str, kinds: Mapping[str, str]) -> list[str]:
    """The columns, of {name: DuckDB type}, in which a date or time is one that Spark has not."""
    times = [name for name, kind in kinds.items() if kind in _ENDS]
    counts = [tables.counted(f"{ident(name)} NOT BETWEEN {_ENDS[kinds[name]]}") for name in times]
    found = tables.aggregate(connection, relation, counts) if times else []
    return [name for name, count in zip(times, found, strict=True) if count]


def in_query(connection: Any, query: str) -> bool:
    """Whether what a query gives has such a time."""
    return bool(without(connection, f"({query})", tables.columns_of(connection, f"({query})")))


def unlike(where: Sequence[str]) -> Unlike:
    """Why Spark is not asked."""
    return Unlike(f"times in {' and '.join(where)} that are infinite, or of other years than 1 to 9999")
