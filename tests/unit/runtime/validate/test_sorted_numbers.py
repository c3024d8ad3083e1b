"""Quantiles and counts of sorted numbers, against NumPy's and DuckDB's own; equal rows by their hashes."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.runtime import tables
from mlspec.runtime.validate.sorted_numbers import counts_up_to, has_equal_rows, mean, quantiles, sorted_numbers, spread

NUMBERS = st.lists(st.integers(-3, 3).map(float) | st.floats(-1e6, 1e6), min_size=1, max_size=30)


@given(NUMBERS, st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_quantiles_are_those_of_numpy_and_duckdb(values: list[float], shares: list[float]) -> None:
    found = quantiles(np.sort(values), shares)
    np.testing.assert_allclose(found, np.quantile(values, shares), rtol=1e-12, atol=1e-9)
    connection = tables.connect()
    connection.register("t", pa.table({"x": values}))
    (theirs,) = connection.execute(f"SELECT quantile_cont(x, [{tables.literals(shares)}]) FROM t").fetchone()
    np.testing.assert_allclose(found, theirs, rtol=1e-12, atol=1e-9)


@given(NUMBERS, st.lists(st.integers(-3, 3).map(float), unique=True).map(sorted))
def test_counts_up_to_edges(values: list[float], edges: list[float]) -> None:
    points = edges[::2]
    wanted = [sum(v < e if below else v <= e for v in values) for e in edges for below in ((True, False) if e in points else (False,))]
    assert counts_up_to(np.sort(values), edges, points) == wanted


def test_of_nothing() -> None:
    none = np.empty(0)
    assert quantiles(none, [0.5]) == []
    assert (mean(none), spread(none)) == (0.0, 0.0)
    assert counts_up_to(none, [1.0], []) == [0]


@pytest.mark.parametrize("values", [[-1e308, 5.0, 1e308], [1e200, 1e200, 1.0000001e200], [1e150] * 4])
def test_large_numbers_leave_no_range(values: list[float]) -> None:
    with np.errstate(all="raise", under="ignore"):
        found = mean(np.sort(values)), spread(np.sort(values))
    exact = [Fraction(v) for v in values]
    centre = sum(exact) / len(exact)
    assert found[0] == pytest.approx(float(centre), abs=1e-12 * max(map(abs, values)))
    variance = sum((v - centre) ** 2 for v in exact) / len(exact)
    scale = Fraction(max(map(abs, values)))
    assert found[1] == pytest.approx(math.sqrt(variance / scale**2) * float(scale), rel=1e-6, abs=1e-9 * float(scale))


def test_missing_values_count_for_nothing_and_infinity_is_a_number() -> None:
    connection = tables.connect()
    connection.register("t", pa.table({"x": [3.0, None, math.nan, -math.inf, 1.0], "i": [2**62, None, None, 5, 1]}))
    assert sorted_numbers(connection, "t", "x", "DOUBLE", 3).tolist() == [-math.inf, 1.0, 3.0]
    assert sorted_numbers(connection, "t", "i", "BIGINT", 3).tolist() == [1.0, 5.0, float(2**62)]


VALUES = st.sampled_from([None, 0.0, -0.0, 1.0, math.nan]) | st.floats(-2, 2)


@given(st.lists(st.tuples(VALUES, st.sampled_from([None, "", "a"])), min_size=1, max_size=8))
def test_rows_that_repeat_are_never_missed(rows: list[tuple[Any, Any]]) -> None:
    connection = tables.connect()
    connection.register(
        "t", pa.table({"x": pa.array([r[0] for r in rows], pa.float64()), "s": pa.array([r[1] for r in rows], pa.string())})
    )
    (repeated,) = connection.execute("SELECT count(*) - count(DISTINCT row(x, s)) FROM t").fetchone()
    assert has_equal_rows(connection, "t", "row(x, s)", len(rows)) is bool(repeated)


@pytest.mark.parametrize("repeats", [False, True])
def test_a_rule_on_many_rows_finds_the_one_that_repeats(monkeypatch: pytest.MonkeyPatch, repeats: bool) -> None:
    import sys

    from mlspec.runtime.validate.measure import measure
    from mlspec.runtime.validate.table_checks import row_count, unique

    monkeypatch.setattr(sys.modules["mlspec.runtime.validate.measure"], "MANY", 10)
    connection = tables.connect()
    connection.register("rows", pa.table({tables.ROW: list(range(20)), "x": [*range(19), 0 if repeats else 19]}))
    connection.execute("CREATE VIEW data AS SELECT * FROM rows")
    checks = [row_count({"name": "n", "onFailure": "fail", "rowCount": {"min": 1}}), unique("u", "fail", ["x"], {"x": "BIGINT"})]
    assert [o.value for o in measure(connection, checks)] == [20, int(repeats)]
