"""When two Parquet files hold the same rows: bytes may differ, values may not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlspec.promotion.verify.same_rows import difference


def test_rows_are_compared_not_bytes(tmp_path: Path) -> None:
    rows = pd.DataFrame({"x": [1.0, float("nan"), 3.0], "n": [1, 2, 3], "t": ["a", None, "c"]})

    def written(name: str, frame: pd.DataFrame, **options: Any) -> Path:
        frame.to_parquet(tmp_path / name, index=False, **options)
        return tmp_path / name

    one = written("one", rows)
    assert difference(one, Path(shutil.copy(one, tmp_path / "copy"))) is None
    assert difference(one, written("gzip", rows, compression="gzip")) is None
    assert difference(one, written("bits", rows.assign(x=rows["x"] * (1 + 1e-15)))) is None
    assert difference(one, written("value", rows.assign(x=rows["x"] * (1 + 1e-6)))) == "other values in x"
    assert difference(one, written("known", rows.assign(x=[1.0, 2.0, 3.0], t=["a", "b", "c"]))) == "other values in x, t"
    assert difference(one, written("order", rows.iloc[::-1])) == "other values in x, n, t"
    assert difference(one, written("fewer", rows.iloc[:2])) == "3 rows, then 2"
    assert difference(one, written("type", rows.assign(n=rows["n"].astype("int32")))) == "other columns"


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 8, b"day,n\n1,2\n", b"\x00" * 100])
def test_bytes_that_are_no_parquet_are_other_rows(tmp_path: Path, content: bytes) -> None:
    """A record may name any bytes that lie in the store: they are refused, and no bug is reported."""
    (tmp_path / "named").write_bytes(content)
    pd.DataFrame({"x": [1.0]}).to_parquet(tmp_path / "made")
    told = difference(tmp_path / "named", tmp_path / "made")
    assert told is not None
    assert told.startswith("no Parquet file can be read")
    assert "\n" not in told


def test_a_column_twice_is_another_table(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["x", "x"]), tmp_path / "twice")
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "once", index=False)
    assert difference(tmp_path / "twice", tmp_path / "once") == "other columns"


def test_infinity_is_itself_and_no_rounding_of_another(tmp_path: Path) -> None:
    for name, values in {
        "one": [float("inf"), 0.0],
        "same": [float("inf"), -0.0],
        "minus": [float("-inf"), 0.0],
        "large": [1.7e308, 0.0],
    }.items():
        pd.DataFrame({"x": values}).to_parquet(tmp_path / name, index=False)
    assert difference(tmp_path / "one", tmp_path / "same") is None
    assert [difference(tmp_path / "one", tmp_path / name) for name in ("minus", "large")] == ["other values in x"] * 2
