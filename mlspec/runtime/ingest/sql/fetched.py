"""The rows of a query in scratch files, of bounded memory: batches as they come, a file for each way that their kinds were told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.runtime.ingest.sql import values
from mlspec.runtime.ingest.sql.session import Rows
from mlspec.runtime.tables import ident, literal, parquet

_TYPES = {"boolean": "BOOLEAN", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "timestamp": "TIMESTAMP", "zoned": "TIMESTAMP"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """`files`: Parquet, in the order of the rows, with the kinds of their columns; `kinds`: those that hold all of them.

    `told`: whether the database says the kinds. Where values do, `mixed` columns have another kind than some of their values.
    """

    files: tuple[tuple[Path, Mapping[str, str]], ...]
    kinds: Mapping[str, str]
    told: bool
    count: int

    @property
    def mixed(self) -> bool:
        return any(own[n] not in (kind, values.UNKNOWN) for _, own in self.files for n, kind in self.kinds.items())

    def relation(self) -> str:
        """The SQL of all rows, each column as its kind; exact numbers are the text of their digits."""
        parts = [f"SELECT {', '.join(_cast(n, own[n], kind) for n, kind in self.kinds.items())} FROM {parquet(p)}" for p, own in self.files]
        return f"({' UNION ALL '.join(parts)})"


def _cast(name: str, own: str, kind: str) -> str:
    column = ident(name)
    return column if own == kind else f"CAST({column} AS {duckdb_type(kind)}) AS {column}"


def duckdb_type(kind: str) -> str:
    """The type of a kind in DuckDB."""
    return _TYPES.get(kind, "VARCHAR")


def fetch(batches: Iterable[Rows], folder: Path) -> Fetched:
    """Write batches to files in `folder`. Raises what they raise, and MLS0675 where the kinds of two batches don't go together."""
    import pyarrow.parquet as pq

    files: list[tuple[Path, Mapping[str, str]]] = []
    writer: Any = None
    last, count, told = None, 0, True
    try:
        for rows in batches:
            told = told and rows.told
            if last is None or dict(rows.kinds) != dict(last):
                if writer:
                    writer.close()
                path = folder / f"rows-{len(files):04}.parquet"
                writer = pq.ParquetWriter(path, rows.table.schema, compression="zstd")
                files.append((path, rows.kinds))
                last = rows.kinds
            writer.write_table(rows.table)
            count += rows.table.num_rows
    finally:
        if writer:
            writer.close()
    return Fetched(tuple(files), dict(last or {}), told, count)


def literal_of(value: Any, kind: str) -> str:
    """A value of a cursor's column as SQL that every database reads."""
    if kind in ("integer", "decimal"):
        return literal(int(value))
    if kind == "date":
        return f"DATE '{value.isoformat()}'"
    text = value.isoformat(sep=" ", timespec="microseconds")
    return f"TIMESTAMP WITH TIME ZONE '{text}+00:00'" if kind == "zoned" else f"TIMESTAMP '{text}'"
