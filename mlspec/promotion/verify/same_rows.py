"""Do two Parquet files hold the same rows? Their bytes may differ between versions of the library that wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

RELATIVE = 1e-9
"""How far floating-point values may be apart: the last bits of a mean differ between processors, a forged value does more."""


def difference(one: Path, other: Path) -> str | None:
    """Say how the rows of two files differ; None when they are the same rows, in the same order, with the same columns and types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        first, second = pq.ParquetFile(one).read(), pq.ParquetFile(other).read()
    except (pa.ArrowException, OSError) as error:  # a record may name any bytes
        return f"no Parquet file can be read: {str(error).splitlines()[0]}"
    if first.schema.names != second.schema.names or first.schema.types != second.schema.types:
        return "other columns"
    if first.num_rows != second.num_rows:
        return f"{first.num_rows} rows, then {second.num_rows}"
    wrong = [name for name in first.schema.names if not _same(first.column(name), second.column(name))]
    return f"other values in {', '.join(wrong)}" if wrong else None


def _same(one: Any, other: Any) -> bool:
    """Equal columns; missing values and NaN each equal themselves."""
    import numpy as np
    import pyarrow as pa

    if one.equals(other):
        return True
    if not pa.types.is_floating(one.type) or not one.is_null().equals(other.is_null()):
        return False
    return bool(np.allclose(one.to_numpy(), other.to_numpy(), rtol=RELATIVE, atol=0.0, equal_nan=True))
