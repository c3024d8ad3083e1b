"""Columns whose values rise from row to row: none of them repeats, and whatever is sorted by them first is sorted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def rising(parts: Iterable[Any]) -> bool:
    """Whether each value of a column of whole numbers or times, Arrow arrays as they come, is greater than the one before it.

    False for a column of another type, and where a value is missing.
    """
    import pyarrow as pa

    last: int | None = None
    for part in parts:
        if part.null_count or not (pa.types.is_signed_integer(part.type) or pa.types.is_timestamp(part.type)):
            return False
        values = part.cast(pa.int64()).to_numpy()
        if not (values[1:] > values[:-1]).all() or (last is not None and len(values) and values[0] <= last):
            return False
        last = int(values[-1]) if len(values) else last
    return True
