"""Aggregates over a relation, in queries of a bounded size; connections that are set aside for forks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlspec.runtime import tables


@pytest.mark.parametrize(("count", "queries"), [(0, 0), (1, 1), (60, 1), (61, 2), (2_000, 34)])
def test_many_aggregates_are_asked_for_in_parts_and_come_back_in_order(count: int, queries: int) -> None:
    asked: list[str] = []

    class Connection:
        """Answers `SELECT 0 + 5, 0 + 6, count(*) FROM rows` with (5, 6, 9): nine rows."""

        def execute(self, query: str) -> Connection:
            asked.append(query)
            return self

        def fetchall(self) -> list[tuple[int, ...]]:
            items = asked[-1].removeprefix("SELECT ").removesuffix(", count(*) FROM rows").split(",")
            return [(*(int(item.split("+")[1]) for item in items), 9)]

    assert tables.aggregate(Connection(), "rows", [f"0 + {i}" for i in range(count)]) == list(range(count))
    assert len(asked) == queries


ASIDE = """
import json, os, sys
from pathlib import Path
from mlspec.runtime import tables

tables.set_aside(1, 1)
threads = len(list(Path("/proc/self/task").iterdir())) if Path("/proc/self/task").exists() else 1
found = []
for _ in range(2):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        one, two, fresh = tables.guarded(), tables.connect(), tables.connect()
        settings = [dict(c.execute("SELECT name, value FROM duckdb_settings()").fetchall()) for c in (one, two, fresh)]
        tables.lock(one)
        one.execute("CREATE TABLE t AS SELECT range AS i FROM range(1000)")
        two.execute(f"COPY (SELECT 7 AS seven) TO '{sys.argv[1]}/{os.getpid()}.parquet'")
        answer = {
            "differ": {k: [s[k] for s in settings] for k in settings[2] if len({s[k] for s in settings}) > 1},
            "threads": settings[2]["threads"] == str(two.execute("SELECT current_setting('threads')").fetchall()[0][0]),
            "alone": [r for (r,) in two.execute("SELECT table_name FROM duckdb_tables()").fetchall()],
            "sum": int(one.execute("SELECT sum(i) FROM t").fetchall()[0][0]),
            "seven": two.execute(f"SELECT seven FROM '{sys.argv[1]}/{os.getpid()}.parquet'").fetchall(),
            "undefined": [c.execute("SELECT a / b FROM (VALUES (0, 0)) AS t(a, b)").fetchall() for c in (one, tables.guarded())],
            "random": one.execute("SELECT random()").fetchall()[0][0],
        }
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.waitpid(child, 0)
    found.append(json.loads(os.read(read, 65536)))
print(json.dumps([threads, found]))
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked there")
def test_connections_set_aside_are_in_each_fork_as_new_ones_are(tmp_path: Path) -> None:
    """No threads before the fork; after it the settings of a new one, databases and random numbers of their own, locks that hold for one."""
    ran = subprocess.run([sys.executable, "-c", ASIDE, str(tmp_path)], check=True, capture_output=True, text=True)
    threads, found = json.loads(ran.stdout)
    assert threads == 1
    assert found[0].pop("random") != found[1].pop("random")
    assert found == [{"differ": {}, "threads": True, "alone": [], "sum": 499_500, "seven": [[7]], "undefined": [[[None]]] * 2}] * 2


def test_bytes_are_handed_on_where_the_system_can_not_copy_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(bytes(range(256)) * 5000)
    tables.hand_on(tmp_path / "a", tmp_path / "b")
    calls = iter([1000])

    def some(source: int, target: int, count: int) -> int:
        part = next(calls, None)
        if part is None:
            raise OSError
        return os.write(target, os.read(source, min(part, count)))

    monkeypatch.setattr(os, "copy_file_range", some, raising=False)
    tables.hand_on(tmp_path / "a", tmp_path / "c")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "c"]


def test_what_duckdb_says_in_the_middle_of_a_stream_is_its_error_and_nothing_is_left(tmp_path: Path) -> None:
    import duckdb

    connection = tables.connect()
    query = "SELECT CASE WHEN range = 300000 THEN CAST('x' || range AS INTEGER) ELSE range END AS i FROM range(400000)"
    with pytest.raises(duckdb.Error, match="Could not convert string"):
        tables.write_arrow(tables.stream(connection, query), tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []
