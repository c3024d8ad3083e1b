"""Whether cleaning would write the rows as they stand: no steps, the declared types, in order. Then nobody holds them in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.runtime.rising import rising

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_BATCH = 1 << 17


def unchanged(path: Path, params: Mapping[str, Any]) -> int | None:
    """The number of rows of a Parquet file that `clean`, with the parameters of its stage, would write as they are; None: it may not."""
    import pyarrow.parquet as pq

    if params.get("steps"):
        return None
    file = pq.ParquetFile(path, pre_buffer=False)  # else it keeps what it has read, to the end
    types = plain_types(file)
    sort = params.get("sort", ())
    if types is None or not _as_declared(types, params) or not set(sort) <= set(types):
        return None
    reals = [name for name, kind in types.items() if kind == "number"]
    return file.metadata.num_rows if _in_order(file, sort, reals) else None


def plain_types(file: pq.ParquetFile) -> dict[str, str] | None:
    """The declared types of a file's columns; None where it holds others, or says more of itself than its rows (an index, say)."""
    import pyarrow as pa

    if file.metadata.metadata:
        return None
    kinds = {
        pa.int64(): "integer",
        pa.float64(): "number",
        pa.string(): "string",
        pa.bool_(): "boolean",
        pa.date32(): "date",
        pa.timestamp("us"): "timestamp",
    }
    found = {field.name: kinds.get(field.type) for field in file.schema_arrow}
    return {n: k for n, k in found.items() if k} if all(found.values()) and len(found) == len(file.schema_arrow) else None


def _as_declared(types: Mapping[str, str], params: Mapping[str, Any]) -> bool:
    declared = {c["name"]: c["type"] for c in params.get("columns", ())}
    extra = [name for name in types if name not in declared]
    if declared and extra and params.get("extraColumns", "refuse") != "keep":
        return False
    return [*declared, *extra] == list(types) and all(types[name] == kind for name, kind in declared.items())


def _in_order(file: pq.ParquetFile, sort: Sequence[str], reals: Sequence[str]) -> bool:
    """Whether each row stands after the one before it, missing values last, and all numbers are finite."""
    import pyarrow as pa
    import pyarrow.compute as pc

    last: pa.Table | None = None
    if sort and rising(batch.column(0) for batch in file.iter_batches(_BATCH, columns=[sort[0]])):
        sort = ()  # no tie is left to the other columns, which need not be read
    if not sort and not reals:
        return True
    for batch in file.iter_batches(_BATCH, columns=list(dict.fromkeys([*sort, *reals]))):
        if not all(pc.all(pc.is_finite(batch.column(name))).as_py() is not False for name in reals):
            return False
        if not sort:
            continue
        own = pa.Table.from_batches([batch]).select(list(sort))
        rows = own if last is None else pa.concat_tables([last, own]).combine_chunks()
        if not _rises(rows):
            return False
        last = own.slice(own.num_rows - 1)
    return True


def _rises(rows: pa.Table) -> bool:
    import pyarrow.compute as pc

    tied = True
    for column in rows.columns:
        one, next_ = column.slice(0, len(column) - 1), column.slice(1)
        here, there = pc.is_null(one), pc.is_null(next_)
        falls = pc.or_(pc.fill_null(pc.less(next_, one), False), pc.and_(here, pc.invert(there)))
        if pc.any(pc.and_(falls, tied)).as_py():
            return False
        tied = pc.and_(tied, pc.or_(pc.fill_null(pc.equal(one, next_), False), pc.and_(here, there)))
    return True
