"""How many rows differ, whatever their order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from mlspec.studies.reproduce.rows import difference, unmatched

ROWS = st.lists(st.tuples(st.integers(0, 3) | st.none(), st.sampled_from(["a", "b", None])), max_size=12)


def table(rows: list[tuple[int | None, str | None]]) -> pa.Table:
    names = {"n": pa.int64(), "t": pa.string()}
    return pa.table({name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(names.items())})


@given(ROWS, ROWS)
def test_rows_are_counted_as_bags(one: list[tuple[int | None, str | None]], other: list[tuple[int | None, str | None]]) -> None:
    ours, theirs = Counter(one), Counter(other)
    assert unmatched(table(one), table(other)) == ((theirs - ours).total(), (ours - theirs).total())


def test_it_says_what_is_another(tmp_path: Path) -> None:
    def said(one: pa.Table, other: pa.Table) -> str:
        pq.write_table(one, tmp_path / "one.parquet")
        pq.write_table(other, tmp_path / "other.parquet")
        return difference(tmp_path / "one.parquet", tmp_path / "other.parquet")

    first = table([(1, "a"), (2, "b"), (3, "b")])
    assert said(first, first) == "the same rows, written otherwise"
    assert said(first, first.take([2, 0, 1])) == "the same rows in another order"
    assert said(first, table([(1, "a"), (2, "c")])) == "1 of 2 rows are others, 2 of 3 are gone"
    assert said(first, first.select(["n"])) == "other columns or types"
    lists = pa.table({"tags": pa.array([["a"], [], None])})
    assert said(lists, lists.take([1, 0, 2])) == "the same rows in another order"
    (tmp_path / "other.parquet").write_text("no table")
    assert difference(tmp_path / "one.parquet", tmp_path / "other.parquet").startswith("no Parquet file can be read")
