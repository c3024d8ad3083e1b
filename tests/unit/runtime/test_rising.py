"""Columns that rise: only where every value is greater than the one before it, also across parts."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from mlspec.runtime.rising import rising


@pytest.mark.parametrize(
    ("parts", "kind", "expected"),
    [
        ([[1, 2], [], [3]], pa.int64(), True),
        ([[1, 2], [2]], pa.int64(), False),
        ([[1, 2], [], [1]], pa.int64(), False),
        ([[1, None]], pa.int64(), False),
        ([[2, 1]], pa.int32(), False),
        ([[1.0, 2.0]], pa.float64(), False),
        ([["a", "b"]], pa.string(), False),
        ([[dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 2)]], pa.timestamp("us"), True),  # noqa: DTZ001 - without a zone
        ([[-(2**63), 2**63 - 1]], pa.int64(), True),
        ([], pa.int64(), True),
    ],
)
def test_values_rise_or_may_not(parts: list[list[object]], kind: pa.DataType, expected: bool):
    assert rising(pa.array(part, kind) for part in parts) is expected
