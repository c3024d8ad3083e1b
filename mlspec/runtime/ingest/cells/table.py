"""Cells as text in a scratch file of Parquet, of bounded memory, with what each column is made of."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mlspec.diagnostics import problem
from mlspec.runtime.ingest.names import check_reserved

STRING, BOOLEAN, ANY = "string", "boolean", "any"
"""What a cell says that it is. `any`: a number, a time, or text of a file that does not tell text from numbers."""
_KEY = b"mlspec.kinds"
_BATCH = 16_384


class Cell(NamedTuple):
    """A value in its plain spelling."""

    text: str
    kind: str


Row = Sequence[Cell | None]


def check_names(names: Sequence[str], shown: str) -> None:
    """Raise MLS0615 for columns without a name, of one name, or of one that the stages keep."""
    check_reserved(names, shown)
    folded = [name.casefold() for name in names]
    for at, name in enumerate(names):
        if not name.strip():
            raise problem("MLS0615", f"`{shown}`: column {at + 1} of {len(names)} has no name", help="name it in the row of headings")
        if folded.index(name.casefold()) != at:
            raise problem("MLS0615", f"`{shown}`: two columns are called `{name}`", help="give each column a name of its own")


def write(rows: Iterable[Row], names: Sequence[str], target: Path, nulls: Collection[str]) -> None:
    """Write rows as columns of text; a text in `nulls` is missing. A row may be shorter than the names."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in names])
    kinds: list[set[str]] = [set() for _ in names]
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            columns = [_column(batch, at, kinds[at], nulls) for at in range(len(names))]
            writer.write_table(pa.Table.from_arrays([pa.array(c, pa.string()) for c in columns], schema=schema))
        told = {name: next(iter(found)) if len(found) == 1 else ANY for name, found in zip(names, kinds, strict=True)}
        writer.add_key_value_metadata({_KEY: json.dumps(told).encode()})


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _column(batch: Sequence[Row], at: int, kinds: set[str], nulls: Collection[str]) -> list[str | None]:
    found: list[str | None] = []
    for row in batch:
        cell = row[at] if at < len(row) else None
        if cell is None or cell.text in nulls:
            found.append(None)
        else:
            kinds.add(cell.kind)
            found.append(cell.text)
    return found


def kinds_of(path: Path) -> Mapping[str, str]:
    """{column: what it is made of} of a file that `write` made, in its order."""
    import pyarrow.parquet as pq

    found: dict[str, Any] = json.loads((pq.read_metadata(path).metadata or {})[_KEY])
    return found
