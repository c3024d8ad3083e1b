from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlspec.runtime import tables
from mlspec.runtime.features.declared import Spine
from mlspec.runtime.features.matching import Places, microseconds

NEAR = dt.datetime.fromisoformat("2026-01-01")
TIMES = st.one_of(
    st.integers(0, 5).map(lambda n: NEAR + dt.timedelta(seconds=n)),
    st.integers(0, 5).map(lambda n: NEAR + dt.timedelta(microseconds=n)),
    st.datetimes(),  # so far apart that instants and groups fit into one number by rank only
)
ROWS = st.lists(st.tuples(st.one_of(st.none(), TIMES), st.one_of(st.none(), st.integers(0, 3))), max_size=12)


@cache
def shared():
    """A database for many examples: to open one takes most of an example's time."""
    return tables.connect()


def write(path, rows):
    import pyarrow as pa
    import pyarrow.parquet as pq

    times, groups = [t for t, _ in rows], [g for _, g in rows]
    table = pa.table({"id": range(len(rows)), "t": pa.array(times, pa.timestamp("us")), "g": pa.array(groups, pa.int64())})
    pq.write_table(table, path)
    return path


def last(rows, time, group, by):
    """The number of the newest row by the definition; `twice` where two are equal, whether they are met or not."""
    fit = [(t, i + 1) for i, (t, g) in enumerate(rows) if t is not None and time is not None and t <= time and (not by or g == group)]
    return max(fit)[1] if fit and (not by or group is not None) else 0


@settings(max_examples=200, deadline=None)
@given(ROWS, ROWS, st.booleans())
def test_the_last_row_of_each_group(tmp_path_factory, left, right, by):
    right = [(t, g) for i, (t, g) in enumerate(right) if (t, g if by else None) not in {(a, b if by else None) for a, b in right[:i]}]
    folder = tmp_path_factory.mktemp("rows")
    places = Places(shared(), Spine(write(folder / "l.parquet", left), ("id",), "t"))
    found = places.match(tables.numbered(write(folder / "r.parquet", right)), '"t"', ("g",) if by else ())
    assert found is not None
    assert found.tolist() == [last(right, t, g, by) for t, g in left]


def test_two_rows_of_one_instant_are_told(tmp_path):
    places = Places(tables.connect(), Spine(write(tmp_path / "l.parquet", [(NEAR, 1)]), ("id",), "t"))
    right = tables.numbered(write(tmp_path / "r.parquet", [(NEAR, 1), (NEAR, 2)]))
    assert places.match(right, '"t"', ()) is None
    found = places.match(right, '"t"', ("g",))
    assert found is not None
    assert found.tolist() == [1]


@pytest.mark.parametrize(
    ("time", "expected"),
    [("'1970-01-01 00:00:01'", 1_000_000), ("'infinity'", 1 << 62), ("'-infinity'", -(1 << 62)), ("'1969-12-31'", -86_400_000_000)],
)
def test_instants(time, expected):
    assert tables.connect().execute(f"SELECT {microseconds(f'TIMESTAMP {time}')}").fetchall() == [(expected,)]


def test_many_groups_of_any_type_and_rows_in_no_order(tmp_path):
    connection = tables.connect()
    spine, other = tmp_path / "l.parquet", tmp_path / "r.parquet"
    group = "'g' || (hash(i) % 70000)::VARCHAR"
    tables.copy(
        connection,
        f"SELECT i, {group} AS g, TIMESTAMP '2026-01-01' + to_seconds((hash(i + 1) % 100000)::BIGINT) AS t FROM range(100000) r(i)",
        spine,
    )
    tables.copy(
        connection,
        f"SELECT DISTINCT ON (g, t) {group} AS g, TIMESTAMP '2026-01-01' + to_seconds((hash(i + 2) % 100000)::BIGINT) AS t FROM range(150000) r(i)",
        other,
    )
    found = Places(connection, Spine(spine, ("i",), "t")).match(tables.numbered(other), '"t"', ("g",))
    assert found is not None
    joined = f"SELECT coalesce(r.{tables.ROW}, 0) FROM {tables.numbered(spine)} AS l ASOF LEFT JOIN {tables.numbered(other)} AS r ON l.g = r.g AND l.t >= r.t ORDER BY l.{tables.ROW}"
    assert found.tolist() == [n for (n,) in connection.execute(joined).fetchall()]
