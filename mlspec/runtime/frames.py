"""Rows of a stage as a pandas frame that keeps what Parquet knows of their types, also where values are missing.

pandas by itself makes floats of whole numbers as soon as one is missing, and objects of booleans; a column without any value has no type.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def read_frame(path: Path) -> pd.DataFrame:
    """Read a Parquet file. Only columns with missing values differ from what pandas reads: Int64, boolean, and dates without any value."""
    import pyarrow.parquet as pq

    return to_frame(pq.read_table(path))


def to_frame(table: Any) -> pd.DataFrame:
    """Convert an Arrow table."""
    frame: pd.DataFrame = table.to_pandas()
    for index, field in enumerate(table.schema):
        kept = _kept(field.type, table.column(index))
        if kept is not None:
            frame[field.name] = table.select([index]).to_pandas(types_mapper=lambda _, kept=kept: kept)[field.name]
    return frame


def _kept(kind: Any, column: Any) -> Any:
    """The pandas type that loses nothing, where the usual one would."""
    import pandas as pd
    import pyarrow as pa

    if not column.null_count and len(column):
        return None
    if pa.types.is_integer(kind):
        return pd.Int64Dtype()
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return pd.ArrowDtype(kind) if pa.types.is_date(kind) and column.null_count == len(column) else None
