"""Cleaning and rules against plain Python: a value is found however it is spelled, and nothing else is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mlspec.runtime.clean.values import are_values, value_sql
from mlspec.runtime.tables import connect

WHOLE = st.integers(-(2**63), 2**63 - 1)
REAL = st.floats(allow_nan=False, allow_infinity=False)
MOMENTS = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30)).map(lambda d: d.replace(microsecond=0))  # noqa: DTZ001
CONNECTION = connect()


def found(kind: str, column: list[Any], value: Any) -> list[int]:
    """The places of a column where a spec's value is found."""
    CONNECTION.execute(
        f"CREATE OR REPLACE TEMP TABLE t AS SELECT CAST(x AS {kind}) AS x, n FROM (SELECT unnest(?) AS x, unnest(range(?)) AS n)",
        [column, len(column)],
    )
    return [n for (n,) in CONNECTION.execute(f"SELECT n FROM t WHERE x = {value_sql(value, kind)} ORDER BY n").fetchall()]


def spellings(value: Any) -> list[Any]:
    if isinstance(value, dt.datetime):
        return [value.isoformat(), value.isoformat(sep=" "), value.isoformat() + "Z", f"{value.isoformat()}+00:00"]
    if isinstance(value, int):
        return [value, str(value), f"{value}.0", f"{value:+d}", f"  {value} "]
    return [value, repr(value), f"{value:.17e}", f" {value!r}"]


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.tuples(st.just("BIGINT"), st.lists(WHOLE, min_size=1, max_size=5)), st.tuples(st.just("DOUBLE"), st.lists(REAL, min_size=1, max_size=5)),
                 st.tuples(st.just("TIMESTAMP"), st.lists(MOMENTS, min_size=1, max_size=5))))  # fmt: skip
def test_every_spelling_of_a_value_finds_its_rows_and_no_other(given: tuple[str, list[Any]]) -> None:
    kind, column = given
    wanted = [n for n, v in enumerate(column) if v == column[0]]
    for spelling in spellings(column[0]):
        assert are_values(CONNECTION, [spelling], kind) == [True], spelling
        assert found(kind, column, spelling) == wanted, spelling


@settings(max_examples=60, deadline=None)
@given(
    st.lists(WHOLE, min_size=1, max_size=5),
    st.one_of(
        REAL.filter(lambda v: v != int(v)), st.text(max_size=5).filter(lambda t: not t.strip().lstrip("+-").replace(".", "").isdigit())
    ),
)
def test_what_is_no_whole_number_finds_none(column: list[int], value: Any) -> None:
    try:
        whole = float(value) == int(float(value))
    except (ValueError, OverflowError):
        whole = False
    if not whole:
        assert are_values(CONNECTION, [value], "BIGINT") == [False]
        assert found("BIGINT", column, value) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=4), min_size=1, max_size=5), st.text(max_size=4))
def test_text_is_found_as_it_stands(column: list[str], value: str) -> None:
    column, value = [v.replace("\x00", "") for v in column], value.replace("\x00", "")
    assert found("VARCHAR", column, value) == [n for n, v in enumerate(column) if v == value]
