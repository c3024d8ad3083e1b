"""What a cursor spares, and that it never gives other rows than a reading of all."""

from __future__ import annotations

import datetime as dt

import pytest

from mlspec.runtime.ingest.sql import reader
from mlspec.runtime.ingest.sql.source import Source

T = "2024-05-01 12:00:00"
CURSOR = {"column": "at"}


@pytest.fixture
def rentals(database):
    database.run(
        "CREATE TABLE rentals (id int, at timestamptz, n int)",
        f"INSERT INTO rentals SELECT g, TIMESTAMPTZ '{T}+00' + g * INTERVAL '10 minutes', g FROM generate_series(1, 100) g",
    )
    return database


@pytest.fixture
def queries(monkeypatch):
    """What is asked of the database."""
    seen = []
    ask = Source.ask

    def noted(self, scratch, where=""):
        found = ask(self, scratch, where)
        seen.append((where, found.count))
        return found

    monkeypatch.setattr(Source, "ask", noted)
    return seen


def fresh(source, **more):
    """The digest of a reading of all rows, in a clone that has no state."""
    for name in ("raw.parquet", "source.json"):
        (source.repository.folder / name).unlink()
    source.read(**more)
    return source.digest


def test_only_the_window_is_read_and_the_bytes_are_those_of_a_full_reading(in_postgres, rentals, queries):
    in_postgres.read(cursor=CURSOR)
    rentals.run(
        "UPDATE rentals SET n = -1, at = '2024-05-02 05:00+00' WHERE id = 3", "INSERT INTO rentals VALUES (101, '2024-05-02 05:10+00', 5)"
    )
    rentals.run("INSERT INTO rentals VALUES (102, NULL, 6)")
    found = in_postgres.read(cursor=CURSOR)
    assert [count for _, count in queries] == [100, 10]  # six before the largest, itself, and three
    assert len(found) == 102
    assert found[found.id == 3].n.tolist() == [-1]
    assert in_postgres.digest == fresh(in_postgres, cursor=CURSOR)


def test_a_row_deleted_in_the_window_goes_and_one_before_it_stays_until_all_is_read(in_postgres, rentals, capsys, monkeypatch):
    in_postgres.read(cursor=CURSOR)
    rentals.run("DELETE FROM rentals WHERE id IN (4, 5, 100)")
    assert in_postgres.read(cursor=CURSOR).id.tolist() == list(range(1, 100))
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=8)
    monkeypatch.setattr(reader, "now", lambda: later)
    assert in_postgres.read(cursor=CURSOR).id.tolist() == [n for n in range(1, 100) if n not in (4, 5)]
    told = capsys.readouterr().err
    assert "note[MLS0678]: 2 rows were deleted" in told
    assert "warning" not in told


def test_a_late_commit_within_the_overlap_is_found_and_one_beyond_is_told_by_the_full_reading(in_postgres, rentals, capsys, monkeypatch):
    in_postgres.read(cursor=CURSOR)
    rentals.run("INSERT INTO rentals VALUES (200, '2024-05-02 04:00+00', 1)", "INSERT INTO rentals VALUES (201, '2024-05-01 13:00+00', 1)")
    assert {200, 201} & {*in_postgres.read(cursor=CURSOR).id} == {200}
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=8)
    monkeypatch.setattr(reader, "now", lambda: later)
    assert {200, 201} <= {*in_postgres.read(cursor=CURSOR).id}
    assert "warning[MLS0678]: 1 rows came or changed before the window" in capsys.readouterr().err


def test_a_row_without_a_time_is_read_each_time_and_goes_when_it_is_deleted(in_postgres, rentals):
    rentals.run("INSERT INTO rentals VALUES (300, NULL, 1), (301, NULL, 2)")
    in_postgres.read(cursor=CURSOR)
    rentals.run("UPDATE rentals SET n = 9 WHERE id = 300", "DELETE FROM rentals WHERE id = 301")
    found = in_postgres.read(cursor=CURSOR)
    assert found[found.id >= 300].n.tolist() == [9]


def test_a_time_in_the_future_does_not_hide_what_comes_before_it(in_postgres, rentals):
    rentals.run("INSERT INTO rentals VALUES (400, '2999-01-01', 1)")
    in_postgres.read(cursor=CURSOR)
    rentals.run("INSERT INTO rentals VALUES (401, '2024-05-02 05:00+00', 1)")
    assert {400, 401} <= {*in_postgres.read(cursor=CURSOR).id}


def test_whole_numbers_and_days_are_cursors_too(in_postgres, rentals, queries):
    rentals.run(
        "CREATE VIEW v AS SELECT id, n, n::numeric AS x, (at AT TIME ZONE 'UTC')::date AS day, (at AT TIME ZONE 'UTC')::date AS when FROM rentals"
    )
    declared = {"x": "integer", "when": "timestamp"}
    for column, overlap, count in (("n", 10.0, 11), ("x", 10.0, 11), ("day", 0.0, 29), ("when", 0.0, 29), ("day", 3600.0, 100)):
        more = {"query": "SELECT * FROM v", "types": declared, "cursor": {"column": column, "overlap": overlap}}
        in_postgres.read(**more)
        in_postgres.read(**more)
        assert queries[-1][1] == count, column


def test_a_changed_query_declaration_or_file_reads_all(in_postgres, rentals, queries):
    in_postgres.read(cursor=CURSOR)
    in_postgres.read("SELECT id, at, n FROM rentals", cursor=CURSOR)
    in_postgres.read("SELECT id, at, n FROM rentals", cursor=CURSOR, types={"n": "number"})
    in_postgres.read("SELECT id, at, n FROM rentals", cursor=CURSOR, types={"n": "number"})
    (in_postgres.repository.folder / "raw.parquet").write_bytes(b"other")
    in_postgres.read("SELECT id, at, n FROM rentals", cursor=CURSOR, types={"n": "number"})
    assert [bool(where) for where, _ in queries] == [False, False, False, True, False]


def test_a_column_that_goes_or_changes_is_refused_and_the_rows_stay(in_postgres, rentals):
    in_postgres.read(cursor=CURSOR)
    before = in_postgres.digest
    rentals.run("ALTER TABLE rentals ALTER n TYPE text")
    assert "was integer at the last reading, and is text" in in_postgres.refused(cursor=CURSOR).message
    rentals.run("ALTER TABLE rentals DROP n")
    assert (found := in_postgres.refused(cursor=CURSOR)).code == "MLS0676"
    assert "`n` was there at the last reading, and is gone" in found.message
    assert in_postgres.digest == before
    (in_postgres.repository.folder / "source.json").unlink()
    assert [*in_postgres.read(cursor=CURSOR).columns] == ["id", "at"]


def test_a_declared_column_that_the_query_does_not_give_is_refused(in_postgres, rentals):
    found = in_postgres.refused(types={"ids": "integer"})
    assert (found.code, "did you mean `id`" in (found.help or "")) == ("MLS0676", True)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELECT id, at::text AS at FROM rentals", "the cursor `at` is text"),
        ("SELECT id, n::float8 AS at FROM rentals", "the cursor `at` is double"),
        ("SELECT id, n FROM rentals", "gives no column `at`"),
        ("SELECT nullif(id, 5) AS id, at FROM rentals", "1 rows lack a value of it"),
        ("SELECT id / 2 AS id, at FROM rentals", "rows share theirs with another"),
    ],
)
def test_what_can_be_no_cursor_or_key_is_refused(in_postgres, rentals, query, says):
    found = in_postgres.refused(query, cursor=CURSOR)
    assert found.code == "MLS0677"
    assert says in found.message


def test_no_rows_are_an_error_and_the_last_ones_stay(in_postgres, rentals):
    in_postgres.read(cursor=CURSOR)
    before = in_postgres.digest
    rentals.run("DELETE FROM rentals")
    assert {*in_postgres.read(cursor=CURSOR).id} == set(range(1, 94))  # deleted before the window: not known yet
    rentals.run("DROP TABLE rentals", "CREATE TABLE rentals (id int, at timestamptz, n int)")
    (in_postgres.repository.folder / "source.json").unlink()
    kept = in_postgres.digest
    assert in_postgres.refused(cursor=CURSOR).code == "MLS0611"
    assert in_postgres.digest == kept != before
