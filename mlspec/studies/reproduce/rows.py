"""How the rows of two Parquet files differ: by number, whatever their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def difference(one: Path, other: Path) -> str:
    """Say how many rows of `other` are not in `one`, and the other way round; which columns and types are not the same."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        first, second = pq.read_table(one), pq.read_table(other)
    except (pa.ArrowException, OSError) as error:
        return f"no Parquet file can be read: {str(error).splitlines()[0]}"
    if first.schema.names != second.schema.names or first.schema.types != second.schema.types:
        return "other columns or types"
    new, gone = unmatched(first, second)
    if new or gone:
        return f"{new:,} of {second.num_rows:,} rows are others, {gone:,} of {first.num_rows:,} are gone"
    return "the same rows in another order" if not first.equals(second) else "the same rows, written otherwise"


def unmatched(first: Any, second: Any) -> tuple[int, int]:
    """(rows of `second` without their like in `first`, rows of `first` without theirs), each counted as often as it stands there."""
    ours, theirs = _counted(first), _counted(second)
    apart = theirs.sub(ours, fill_value=0)
    return int(apart[apart > 0].sum()), int(-apart[apart < 0].sum())


def _counted(table: Any) -> Any:
    """How often each row stands there, by a 64-bit hash of its values' texts: a type that one side alone needs (whole numbers with a
    missing one become floating-point in pandas) makes no row another.
    """
    import pandas as pd

    texts = pd.DataFrame({str(i): _texts(column) for i, column in enumerate(table.columns)})
    return pd.util.hash_pandas_object(texts, index=False).value_counts()


def _texts(column: Any) -> Any:
    """A column's values as text, a missing one as None."""
    import pyarrow as pa

    try:
        found = column.cast(pa.string()).to_numpy(zero_copy_only=False)
    except pa.ArrowException:  # lists, bytes and the like
        found = [None if value is None else repr(value) for value in column.to_pylist()]
    return found
