"""Whatever happens in a database, as long as changes fall into the window: reading by the cursor gives the bytes of reading all."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlspec.diagnostics import Problems
from mlspec.runtime.__main__ import run_stage

OVERLAP = 5
VALUES = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from([0.5, -2.25, 2.0**53]))
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["insert", "update", "forget", "delete"]),
        st.integers(0, 30),
        st.integers(-OVERLAP, 12),
        VALUES,
        st.text("aé'0", max_size=2),
    ),
    max_size=5,
)
"""What is done, to which row of those that may be, how far from the largest value seen it moves the row's cursor, and its new values."""
HISTORIES = st.lists(CHANGES, min_size=1, max_size=4)


class World:
    """A database, a repository that reads it by a cursor, and one that always reads all.

    `seen`: the largest value of the cursor at the last reading; `before`: the rows that lay before the window then. To delete one of those is
    what no cursor notices.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rentals.db"
        self.folders = [folder / name / "pipelines/data/rentals" for name in ("by-cursor", "whole")]
        for generated, cursor in zip(self.folders, (True, False), strict=True):
            generated.mkdir(parents=True)
            root = generated.parents[2]
            (root / "mlspec.yaml").write_text("kind: Project\n")
            (root / "q.sql").write_text("SELECT * FROM rentals")
            section: dict[str, Any] = {"connection": "RENTALS_DB", "query": "../../../q.sql", "timeout": 20.0}
            section |= {"cursor": {"column": "rev", "overlap": float(OVERLAP), "fullReadEvery": 1e9}} if cursor else {}
            (generated / "params.yaml").write_text(
                json.dumps({"ingest": {"text": [], "types": {"x": "number"}, "key": ["id"], "sql": section}})
            )
        self.run(
            "CREATE TABLE rentals (id INTEGER PRIMARY KEY, rev INTEGER, x, s TEXT)",
            "INSERT INTO rentals VALUES (0, 50, 1, 'a'), (1, 10, 2, 'b')",
        )
        self.seen, self.before = 50, {1}

    def run(self, *statements: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with sqlite3.connect(self.path) as connection:
            found: list[Any] = []
            for text in statements:
                found = connection.execute(text, values).fetchall()
        connection.close()
        return found

    def change(self, what: str, row: int, ahead: int, x: Any, s: str) -> None:
        rev = self.seen + ahead
        ids = [i for (i,) in self.run("SELECT id FROM rentals ORDER BY id")]
        deletable = [i for i in ids if i not in self.before]
        if what == "insert" or not ids:
            self.run("INSERT INTO rentals VALUES (?, ?, ?, ?)", values=(max([*ids, 0]) + 1, rev, x, s))
        elif what == "update":
            self.run("UPDATE rentals SET rev = ?, x = ?, s = ? WHERE id = ?", values=(rev, x, s, ids[row % len(ids)]))
        elif what == "forget":
            self.run("UPDATE rentals SET rev = NULL, x = ? WHERE id = ?", values=(x, ids[row % len(ids)]))
        elif deletable:
            self.run("DELETE FROM rentals WHERE id = ?", values=(deletable[row % len(deletable)],))

    def read(self) -> list[bytes | str]:
        """The bytes that each has of it, or the code of what it says."""
        found: list[bytes | str] = []
        for folder in self.folders:
            try:
                run_stage("ingest", folder)
            except Problems as problems:
                found.append(problems.diagnostics[0].code)
            else:
                found.append((folder / "raw.parquet").read_bytes())
        highest = self.run("SELECT max(rev) FROM rentals")[0][0]
        if isinstance(found[0], bytes):
            self.seen = highest if highest is not None else self.seen
            self.before = {i for (i,) in self.run(f"SELECT id FROM rentals WHERE rev < {self.seen - OVERLAP}")}
        return found


@given(HISTORIES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_reading_by_a_cursor_is_reading_all(tmp_path_factory: pytest.TempPathFactory, histories: list[Any]) -> None:
    world = World(tmp_path_factory.mktemp("history"))
    with mock.patch.dict("os.environ", {"RENTALS_DB": f"sqlite:///{world.path}"}):
        by_cursor, whole = world.read()
        assert by_cursor == whole
        for changes in histories:
            for change in changes:
                world.change(*change)
            by_cursor, whole = world.read()
            assert by_cursor == whole
