from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlspec.diagnostics import Problems
from mlspec.runtime import tables
from mlspec.runtime.features.as_of import write_joined
from mlspec.runtime.features.declared import AsOf, Spine
from mlspec.runtime.features.matching import Places

START = dt.datetime.fromisoformat("2026-01-01")


@cache
def shared():
    """A database for many examples: to open one takes most of an example's time."""
    return tables.connect()


def hour(number):
    return None if number is None else START + dt.timedelta(hours=number)


def write(path: Path, columns, kinds):
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"t": pa.timestamp("us"), "n": pa.int64(), "s": pa.string()}
    pq.write_table(pa.table({name: pa.array(values, types[kinds[name]]) for name, values in columns.items()}), path)
    return path


def naive(spine, right, join):
    """The definition, row by row: the index of the joined row, None, or `tie`."""
    found = []
    for row in spine:
        fit = [
            r
            for r in right
            if r["on"] is not None
            and r["on"] <= row["t"]
            and (join.known is None or (r["known"] is not None and r["known"] <= row["t"]))
            and all(row[c] is not None and row[c] == r[c] for c in join.by)
        ]
        newest = [r for r in fit if r["on"] == max(f["on"] for f in fit)]
        for column in join.ties:
            best = max((n[column] for n in newest if n[column] is not None), default=None)
            newest = [n for n in newest if n[column] == best]
        newest = [n for n in newest if join.max_age is None or (row["t"] - n["on"]) * 3600 <= join.max_age]
        values = {tuple(sorted(n.items())) for n in newest}  # Hypothesis builds equal rows in different orders
        found.append(None if not values else newest[0]["v"] if len(values) == 1 else "tie")
    return found


HOURS = st.integers(0, 6)
MAYBE = st.one_of(st.none(), HOURS)
GROUP = st.sampled_from(["a", "b", None])
LEFT = st.lists(st.fixed_dictionaries({"t": HOURS, "g": GROUP}), min_size=1, max_size=12)
RIGHT = st.lists(
    st.fixed_dictionaries({"on": MAYBE, "known": MAYBE, "g": GROUP, "k": st.sampled_from([None, 1, 2]), "v": st.integers(0, 3)}),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(
    LEFT,
    RIGHT,
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, 0.0, 3600.0, 7200.0]),
    st.sampled_from([(), ("k",), ("k", "v")]),
)
def test_the_join_is_what_the_definition_says(tmp_path_factory, spine, right, known, by, age, ties):
    folder = tmp_path_factory.mktemp("rows")
    join = AsOf("w", "on", "known" if known else None, ("g",) if by else (), age, ties)
    left = {"id": list(range(len(spine))), "t": [hour(r["t"]) for r in spine], "g": [r["g"] for r in spine]}
    write(folder / "spine.parquet", left, {"id": "n", "t": "t", "g": "s"})
    kinds = {"on": "t", "known": "t", "g": "s", "k": "n", "v": "n"}
    columns = {c: [hour(r[c]) if kinds[c] == "t" else r[c] for r in right] for c in kinds}
    write(folder / "right.parquet", columns, kinds)
    expected = naive(spine, right, join)
    connection = shared()
    target = folder / "joined.parquet"
    arguments = (Places(connection, Spine(folder / "spine.parquet", ("id",), "t")), folder / "right.parquet", join, target)
    if "tie" in expected:
        with pytest.raises(Problems) as problems:
            write_joined(*arguments)
        assert [d.code for d in problems.value.diagnostics] == ["MLS0687"]
        assert f"id = {expected.index('tie')} " in str(problems.value)
        return
    write_joined(*arguments)
    rows = connection.execute(f"SELECT id, v FROM {tables.parquet(target)}").fetchall()
    assert rows == list(enumerate(expected))


@pytest.fixture
def world(tmp_path):
    spine = write(tmp_path / "s.parquet", {"timestamp": [hour(1), hour(2)], "g": ["a", "b"]}, {"timestamp": "t", "g": "s"})
    right = {"timestamp": [hour(0), hour(2)], "g": ["a", "b"], "temp": [5, 7]}
    return (
        Spine(spine, ("timestamp",), "timestamp"),
        write(tmp_path / "r.parquet", right, {"timestamp": "t", "g": "s", "temp": "n"}),
        tmp_path,
    )


def test_a_column_that_is_called_like_the_key_is_told_apart(world):
    spine, right, folder = world
    connection = tables.connect()
    write_joined(Places(connection, spine), right, AsOf("weather", "timestamp"), folder / "j.parquet")
    found = connection.execute(f"SELECT * FROM {tables.parquet(folder / 'j.parquet')}")
    assert [c[0] for c in found.description] == ["timestamp", "weather_timestamp", "g", "temp"]
    assert found.fetchall() == [(hour(1), hour(0), "a", 5), (hour(2), hour(2), "b", 7)]


@pytest.mark.parametrize(
    ("join", "code", "said"),
    [
        (AsOf("w", "temp"), "MLS0689", "`temp` is bigint, and no time"),
        (AsOf("w", "when"), "MLS0620", "there is no column `when`"),
        (AsOf("w", "timestamp", by=("temp",)), "MLS0620", "in the spine: there is no column `temp`"),
    ],
)
def test_what_can_not_be_joined_is_refused(world, join, code, said):
    spine, right, folder = world
    with pytest.raises(Problems) as problems:
        write_joined(Places(tables.connect(), spine), right, join, folder / "j.parquet")
    assert [d.code for d in problems.value.diagnostics] == [code]
    assert said in str(problems.value)


def test_columns_of_other_types_are_not_compared(world):
    spine, _, folder = world
    right = write(folder / "n.parquet", {"timestamp": [hour(0)], "g": [1]}, {"timestamp": "t", "g": "n"})
    with pytest.raises(Problems, match="`g` is varchar in the spine, and bigint in the input"):
        write_joined(Places(tables.connect(), spine), right, AsOf("w", "timestamp", by=("g",)), folder / "j.parquet")
