"""What slices are called: waivers, claims and comparisons over time depend on it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from mlspec.metrics.slices import slices

MOMENT = dt.datetime.fromisoformat("2024-01-02T03:04:05")


def names(path: Path, kind: Any, values: list[Any]) -> dict[str, int]:
    """Names and counts of the slices of a column that is read from Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from mlspec.runtime.frames import read_frame

    pq.write_table(pa.table({"x": pa.array(values, kind)}), path)
    return {name: int(rows.sum()) for name, rows in slices(read_frame(path)["x"].to_numpy(dtype=object))}


@pytest.mark.parametrize(
    ("kind", "values", "called"),
    [
        ("int64", [1, 2], ["1", "2"]),
        ("int64", [2**53 + 1], [str(2**53 + 1)]),
        ("bool", [True, False], ["True", "False"]),
        ("string", ["a", "NaT", "<NA>", "nan", "None", "1.0", ""], ["a", "NaT", "<NA>", "nan", "None", "1.0", ""]),
        ("float64", [1.5, 2.0], ["1.5", "2.0"]),
        ("timestamp[us]", [MOMENT, MOMENT.replace(microsecond=5)], ["2024-01-02T03:04:05", "2024-01-02T03:04:05.000005"]),
        ("date32", [MOMENT.date()], ["2024-01-02"]),
    ],
)
@pytest.mark.parametrize("missing", [0, 1, 3])
def test_a_name_is_that_of_the_value_whatever_is_missing_elsewhere(tmp_path, kind, values, called, missing):
    import pyarrow as pa

    found = names(tmp_path / "x.parquet", pa.type_for_alias(kind), [*values, *[None] * missing])
    assert found == dict.fromkeys(called, 1) | ({"(missing)": missing} if missing else {})


@pytest.mark.parametrize("kind", ["int64", "bool", "string", "float64", "timestamp[us]", "date32"])
def test_a_column_without_a_value_is_one_slice(tmp_path, kind):
    import pyarrow as pa

    assert names(tmp_path / "x.parquet", pa.type_for_alias(kind), [None, None]) == {"(missing)": 2}


def test_text_that_reads_missing_is_not_what_is_missing(tmp_path):
    import pyarrow as pa

    assert names(tmp_path / "x.parquet", pa.string(), ["(missing)", None]) == {"(missing)": 1, '"(missing)"': 1}
