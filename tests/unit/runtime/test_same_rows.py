"""Rows are compared by value: the type that a file keeps them in, and missing cells beside them, change nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlspec.runtime.same_rows import standing_in, twins


def put(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def day(number: int, zone: dt.tzinfo | None = None) -> dt.datetime:
    return dt.datetime(2024, 1, number, tzinfo=zone)


OTHER_TYPES: dict[str, tuple[Any, Any]] = {
    "whole numbers beside a missing one": (pa.array([1, 2, 3]), pa.array([1.0, 2.0, None])),
    "NaN for missing": (pa.array([1.5, 2.0, None]), pa.array([1.5, 2.0, float("nan")])),
    "true and false": (pa.array([True, False, True]), pa.array([True, False, None])),
    "true and false as numbers": (pa.array([True, False, True]), pa.array([1.0, 0.0, None])),
    "small and large integers": (pa.array([1, 2, 3], pa.int8()), pa.array([1, 2, 9], pa.int64())),
    "whole numbers as text": (pa.array(["1", "2", "3"]), pa.array([1.0, 2.0, None])),
    "dates": (pa.array([dt.date(2024, 1, n) for n in (1, 2, 3)]), pa.array([day(n) for n in (1, 2, 9)], pa.timestamp("us"))),
    "zones": (
        pa.array([day(n) for n in (1, 2, 3)], pa.timestamp("us")),
        pa.array([day(n, dt.UTC) for n in (1, 2, 9)], pa.timestamp("ns", "UTC")),
    ),
    "text and its dictionary": (pa.array(["a", "b", "c"]), pa.array(["a", "b", None]).dictionary_encode()),
    "decimals": (pa.array([1.25, 2.5, 3.0]), pa.array([1.25, 2.5, 9.0]).cast(pa.decimal128(9, 2))),
}


@pytest.mark.parametrize("what", OTHER_TYPES)
@pytest.mark.parametrize("turned", [False, True])
def test_types_do_not_matter(tmp_path: Path, what: str, turned: bool) -> None:
    ours, theirs = OTHER_TYPES[what][::-1] if turned else OTHER_TYPES[what]
    rows = put(tmp_path / "a.parquet", x=ours, y=pa.array([7, 8, 9])), put(tmp_path / "b.parquet", x=theirs, y=pa.array([7, 8, 9]))
    expected = [True, True, what == "NaN for missing"]
    assert standing_in(*rows, ["x", "y"]).tolist() == expected


def test_missing_values_equal_each_other_and_nothing_else(tmp_path: Path) -> None:
    rows = put(tmp_path / "a.parquet", x=["nan", None, ""]), put(tmp_path / "b.parquet", x=["", None, "x"])
    assert standing_in(*rows, ["x"]).tolist() == [False, True, True]


def test_only_columns_that_both_have(tmp_path: Path) -> None:
    rows = put(tmp_path / "a.parquet", x=[1, 2], z=[1, 2]), put(tmp_path / "b.parquet", x=[2, 3])
    assert standing_in(*rows, ["x", "z"]).tolist() == [False, True]
    assert standing_in(*rows, ["z"]).tolist() == [False, False]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3) | st.none(), st.sampled_from("ab") | st.none()), min_size=1, max_size=12), st.integers(1, 11))
def test_as_python_compares_them(tmp_path_factory: pytest.TempPathFactory, values: list[tuple[int | None, str | None]], cut: int) -> None:
    folder, ours, theirs = tmp_path_factory.mktemp("rows"), values[:cut], values[cut:]
    number, text = pa.float64(), pa.string()
    rows = [
        put(folder / name, n=pa.array([v[0] for v in part], kind), t=pa.array([v[1] for v in part], text))
        for name, part, kind in (("a", ours, pa.int64()), ("b", theirs, number))
    ]
    assert standing_in(rows[0], rows[1], ["n", "t"]).tolist() == [row in theirs for row in ours]


def test_one_empty_cell_blinds_nobody(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    x, y = dice.integers(0, 10**6, 200).tolist(), dice.normal(size=200).tolist()
    train = put(tmp_path / "train.parquet", x=pa.array([*x, None]), y=pa.array([*y, 1.0]))
    test = put(tmp_path / "test.parquet", x=x[:49], y=y[:49])
    found = twins(test, train, ["x"], "y", [])
    assert (found.shared.sum(), found.known.sum(), found.by_nature, found.inside, found.trained) == (49, 49, 0, 0, 201)


def test_by_nature_is_what_training_has_twice(tmp_path: Path) -> None:
    """Two observations of the same features that differ in key, or in the target, make these features common."""
    train = put(tmp_path / "train.parquet", id=[1, 2, 3, 4, 4, 5, 6], x=list("aabccdd"), y=[0, 0, 1, 1, 1, 0, 1])
    test = put(tmp_path / "test.parquet", id=[7, 8, 9, 10, 11], x=list("abcde"), y=[0, 1, 1, 0, 0])
    found = twins(test, train, ["x"], "y", ["id", "nowhere"])
    assert found.shared.tolist() == [True, True, True, True, False]
    assert found.known.tolist() == [False, True, True, False, False]
    assert (found.by_nature, found.inside) == (2, 2)
    assert twins(test, train, ["x"], "y", []).known.tolist() == [True, True, True, False, False]


def test_known_rows_are_told_by_features_alone(tmp_path: Path) -> None:
    """Leaving out only those whose answer agrees would leave the model's errors behind."""
    train = put(tmp_path / "train.parquet", x=[1, 2], y=[0, 0])
    test = put(tmp_path / "test.parquet", x=[1, 2, 3], y=[0, 1, 0])
    found = twins(test, train, ["x"], "y", [])
    assert (found.shared.tolist(), found.known.tolist()) == ([True, False, False], [True, True, False])
