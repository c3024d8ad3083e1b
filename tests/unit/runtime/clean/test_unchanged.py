"""Rows that cleaning hands on: only where it would have written the same bytes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlspec.runtime import clean, tables
from mlspec.runtime.clean import unchanged as module
from mlspec.runtime.clean.unchanged import unchanged
from mlspec.runtime.context import Context

KINDS = {
    "integer": (pa.int64(), st.integers(-3, 3)),
    "number": (pa.float64(), st.sampled_from([0.0, -0.0, 1.5, -2.0, float("nan"), float("inf")])),
    "string": (pa.string(), st.sampled_from(["", "a", "b", "é", "B"])),
    "boolean": (pa.bool_(), st.booleans()),
    "date": (pa.date32(), st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 3))),
    "timestamp": (pa.timestamp("us"), st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 2))),  # noqa: DTZ001 - without a zone
}


@st.composite
def sources(draw: st.DrawFn) -> tuple[pa.Table, dict[str, Any]]:
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3))
    count = draw(st.integers(1, 5))
    names = [f"c{i}" for i in range(len(kinds))]
    columns = [pa.array(draw(st.lists(KINDS[k][1] | st.none(), min_size=count, max_size=count)), KINDS[k][0]) for k in kinds]
    declared = draw(st.permutations(list(zip(names, kinds, strict=True))))[: draw(st.integers(0, len(kinds)))]
    params: dict[str, Any] = {
        "steps": [],
        "columns": [{"name": n, "type": k} for n, k in declared],
        "extraColumns": draw(st.sampled_from(["refuse", "drop", "keep"])),
        "sort": draw(st.lists(st.sampled_from(names), max_size=2, unique=True)),
    }
    table = pa.table(dict(zip(names, columns, strict=True)))
    in_order = draw(st.booleans()) and bool(params["sort"])
    return (table.sort_by([(n, "ascending") for n in params["sort"]]) if in_order else table), params


def write(folder: Path, table: pa.Table) -> Path:
    tables.write_arrow(table, folder / "raw.parquet")
    return folder / "raw.parquet"


@settings(max_examples=300)
@given(sources())
@example((pa.table({"c": [2, None, 1]}), {"steps": [], "columns": [], "sort": ["c"]}))
@example((pa.table({"c": pa.array([1, 2, None, None])}), {"steps": [], "columns": [], "sort": ["c"]}))
def test_what_is_handed_on_is_what_cleaning_writes(
    tmp_path_factory: pytest.TempPathFactory, given: tuple[pa.Table, dict[str, Any]]
) -> None:
    table, params = given
    folder = tmp_path_factory.mktemp("clean")
    raw = write(folder, table)
    if unchanged(raw, params) is None:
        return
    clean._clean(Context("clean", folder, folder, params), raw)
    assert (folder / "clean.parquet").read_bytes() == raw.read_bytes()


@pytest.mark.parametrize(
    ("columns", "params", "same"),
    [
        ({"a": [1, 1, 2], "b": ["x", "y", None]}, {"sort": ["a", "b"]}, True),
        ({"a": [1, 1, 2], "b": ["x", None, "y"]}, {"sort": ["a", "b"]}, True),
        ({"a": [1, 1, 2], "b": [None, "x", "y"]}, {"sort": ["a", "b"]}, False),
        ({"a": [2, 1]}, {"sort": ["a"]}, False),
        ({"a": [2, 1]}, {}, True),
        ({"a": [2, 1]}, {"columns": [{"name": "a", "type": "number"}]}, False),
        ({"a": [2, 1]}, {"steps": [{"filter": "true"}]}, False),
        ({"a": [2.0, float("nan")]}, {}, False),
        ({"a": [2.0, None]}, {}, True),
        ({"a": [b"x"]}, {}, False),
        ({"a": [[1]]}, {}, False),
        ({"a": [1], "b": [1]}, {"columns": [{"name": "a", "type": "integer"}]}, False),
        ({"a": [1], "b": [1]}, {"columns": [{"name": "a", "type": "integer"}], "extraColumns": "keep"}, True),
        ({"a": [1], "b": [1]}, {"columns": [{"name": "b", "type": "integer"}], "extraColumns": "keep"}, False),
    ],
)
def test_it_is_seen_where_nothing_would_change(tmp_path: Path, columns: dict[str, list[Any]], params: dict[str, Any], same: bool) -> None:
    assert (unchanged(write(tmp_path, pa.table(columns)), params) is not None) is same


def test_order_is_seen_across_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlspec.runtime.clean.unchanged._BATCH", 2)
    for values, same in (([1, 2, 3, 4, 5], True), ([1, 3, 2, 4, 5], False), ([1, 2, 4, 3], False)):
        assert (unchanged(write(tmp_path, pa.table({"a": values})), {"sort": ["a"]}) is not None) is same


def test_a_file_that_says_more_than_its_rows_is_read(tmp_path: Path) -> None:
    import pandas as pd

    pd.DataFrame({"a": [1, 2]}, index=pd.Index([5, 6], name="i")).to_parquet(tmp_path / "raw.parquet")
    assert unchanged(tmp_path / "raw.parquet", {}) is None


def test_rows_have_the_same_bytes_however_they_came(tmp_path: Path) -> None:
    """In order, shuffled, with others that are left out, in other batches: a model is trained again for other rows only."""
    count = 2 * tables.ROW_GROUP + 17
    rows = pa.table({"i": list(range(count)), "x": [i / 7 for i in range(count)], "s": [f"s{i % 7}" for i in range(count)]})
    shuffled = rows.take(pa.array([(i * 7919) % count for i in range(count)]))
    more = pa.concat_tables([rows, pa.table({"i": [-1] * 5000, "x": [0.0] * 5000, "s": [""] * 5000})])
    found = set()
    for name, table, steps in (
        ("a", rows, []),
        ("b", shuffled, []),
        ("c", more, [{"filter": "i >= 0"}]),
        ("d", pa.Table.from_batches(rows.to_batches(999)), []),
    ):
        folder = tmp_path / name
        raw = write(folder, table)
        clean.run(Context("clean", folder, folder, {"steps": steps, "columns": [], "sort": ["i"]}))
        found.add((folder / "clean.parquet").read_bytes())
        assert raw.is_file()
    assert len(found) == 1


def test_no_more_is_held_of_many_row_groups_than_of_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, held = tmp_path / "rows.parquet", []
    table = pa.table({"id": pa.array([0, *range(599_999)], pa.int64())})
    pq.write_table(table, path, row_group_size=20_000, use_dictionary=False, compression="none", store_schema=False)
    size = table.nbytes
    del table
    started = pa.total_allocated_bytes()
    monkeypatch.setattr(module, "_BATCH", 20_000)
    monkeypatch.setattr(module, "_rises", lambda rows: held.append(pa.total_allocated_bytes() - started) or True)
    assert unchanged(path, {"sort": ["id"]}) == 600_000
    assert max(held) < size / 4
