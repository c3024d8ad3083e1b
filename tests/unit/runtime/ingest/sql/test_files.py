"""Databases that are a file: SQLite, whose values alone say what they are, and DuckDB."""

from __future__ import annotations

import datetime as dt
import shutil
import threading

import pytest
from sqlalchemy.engine import make_url

from mlspec.runtime.ingest.sql import reader, session


def test_sqlite_is_read_by_its_values(sqlite, source):
    sqlite.run("CREATE TABLE rentals (id, n, x, s, none)", "INSERT INTO rentals VALUES (2, 1, 0.5, '007', NULL), (1, NULL, 2, 'é', NULL)")
    found = source.read()
    assert source.types() == {"id": "int64", "n": "int64", "x": "double", "s": "string", "none": "string"}
    assert (found.s.tolist(), found.x.tolist()) == (["é", "007"], [2.0, 0.5])


def test_whole_numbers_among_fractions_in_whatever_batch_give_the_same_bytes(sqlite, source, monkeypatch):
    monkeypatch.setattr(session, "BATCH", 2)
    sqlite.run("CREATE TABLE rentals (id, x)", "INSERT INTO rentals VALUES (1, 1), (2, 2), (3, 0.5), (4, 9007199254740993), (5, NULL)")
    source.read()
    first = source.digest
    assert source.repository.parquet("raw.parquet").x.tolist()[:4] == [1.0, 2.0, 0.5, 9007199254740992.0]
    sqlite.run("DELETE FROM rentals", "INSERT INTO rentals VALUES (5, NULL), (3, 0.5), (4, 9007199254740993), (2, 2), (1, 1)")
    source.read()
    assert source.digest == first


@pytest.mark.parametrize(("values", "says"), [("(1, 'a'), (2, 5)", "more than one kind"), ("(1, x'00')", "holds bytes")])
def test_what_is_no_column_of_one_kind_is_refused(sqlite, source, values, says):
    sqlite.run("CREATE TABLE rentals (id, x)", f"INSERT INTO rentals VALUES {values}")
    found = source.refused()
    assert found.code == "MLS0675"
    assert says in found.message


def test_sqlite_is_not_written_and_a_missing_file_is_not_made(sqlite, source):
    sqlite.run("CREATE TABLE rentals (id)")
    sqlite.path.chmod(0o444)
    assert source.refused().code == "MLS0611"
    source.at("sqlite:///data/other.db")
    assert source.refused().code == "MLS0671"
    assert [p.name for p in sqlite.path.parent.iterdir()] == ["rentals.db"]


def test_a_cursor_of_whole_numbers_and_a_kind_that_values_alone_tell(sqlite, source):
    sqlite.run("CREATE TABLE rentals (id, rev, x)", "INSERT INTO rentals VALUES (1, 1, 5), (2, 100, 6), (3, 101, 7)")
    cursor = {"column": "rev", "overlap": 5.0}
    source.read(cursor=cursor)
    sqlite.run("INSERT INTO rentals VALUES (4, 102, 0.5)")  # x is no whole number any more
    assert source.read(cursor=cursor).x.tolist() == [5.0, 6.0, 7.0, 0.5]
    merged = source.digest
    sqlite.run("UPDATE rentals SET x = 8, rev = 103 WHERE id = 4")  # and now it is one again
    assert source.read(cursor=cursor).x.tolist() == [5, 6, 7, 8]
    assert source.types()["x"] == "int64"
    for name in ("raw.parquet", "source.json"):
        (source.repository.folder / name).unlink()
    source.read(cursor=cursor)
    assert source.digest != merged


@pytest.mark.parametrize("kind", [None, "number", "integer"])
@pytest.mark.parametrize(
    ("rows", "change"),
    [
        ("(1, 1, 5), (2, 100, 6.5)", "DELETE FROM rentals WHERE id = 2"),
        ("(1, 1, 5), (2, 100, 6.5)", "UPDATE rentals SET x = 6, rev = 101 WHERE id = 2"),
        ("(1, 1, 5.0), (2, 100, 6.5)", "UPDATE rentals SET x = 6.0, rev = 101 WHERE id = 2"),
        ("(1, 1, 5), (2, 100, 7)", "UPDATE rentals SET x = NULL, rev = 101 WHERE id = 1"),
        ("(1, 1, 5.5), (2, 100, NULL)", "UPDATE rentals SET x = NULL, rev = 101 WHERE id = 1"),
        ("(1, 1, NULL), (2, 100, NULL)", "UPDATE rentals SET x = 0.5, rev = 101 WHERE id = 2"),
    ],
)
def test_a_kind_that_values_tell_is_that_of_the_rows_that_are_left(sqlite, source, rows, change, kind):
    given = {"cursor": {"column": "rev", "overlap": 5.0}, "types": {"x": kind} if kind else {}}
    sqlite.run("CREATE TABLE rentals (id, rev, x)", f"INSERT INTO rentals VALUES {rows}")
    source.read(**given)
    sqlite.run(change)
    source.read(**given)
    merged = source.digest
    for name in ("raw.parquet", "source.json"):
        (source.repository.folder / name).unlink()
    source.read(**given)
    assert source.digest == merged


def test_a_column_that_loses_its_only_value_is_what_a_full_reading_says(sqlite, source):
    sqlite.run("CREATE TABLE rentals (id, rev, x)", "INSERT INTO rentals VALUES (1, 1, NULL), (2, 100, 6)")
    source.read(cursor={"column": "rev", "overlap": 5.0})
    sqlite.run("UPDATE rentals SET x = NULL WHERE id = 2")
    source.read(cursor={"column": "rev", "overlap": 5.0})
    assert source.types()["x"] == "string"


def test_a_statement_without_end_is_given_up(sqlite, source, monkeypatch):
    from mlspec.runtime.ingest.sql import pump

    monkeypatch.setattr(pump, "GRACE", 0.0)
    sqlite.run("CREATE TABLE rentals (id)")
    query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS id FROM n"
    began = dt.datetime.now(dt.UTC)
    assert source.refused(query, timeout=0.5).code == "MLS0672"
    assert (dt.datetime.now(dt.UTC) - began).total_seconds() < 5
    assert not [t for t in threading.enumerate() if t.name == "mlspec-sql" and (t.join(5) or t.is_alive())]


@pytest.fixture
def duck(repository, source):
    (repository.root / "data").mkdir()
    source.at("duckdb:///data/rentals.duckdb")

    def run(*statements):
        import duckdb

        with duckdb.connect(str(repository.root / "data/rentals.duckdb")) as connection:
            for text in statements:
                connection.execute(text)

    return run


def test_duckdb_is_read_with_its_types(duck, source):
    duck(
        'CREATE TABLE rentals (id UBIGINT, amount DECIMAL(20, 2), "at" TIMESTAMPTZ, day DATE, s VARCHAR, u UUID, ok BOOLEAN, r REAL)',
        "INSERT INTO rentals VALUES (1, 2.50, '2024-03-31 03:30:00+02', '2024-02-29', 'x', '6f1c4a52-0000-4000-8000-000000000001', true, 1.5)",
    )
    row = source.read().iloc[0]
    assert source.types() == {
        "id": "double",
        "amount": "double",
        "at": "timestamp[us]",
        "day": "date32[day]",
        "s": "string",
        "u": "string",
        "ok": "bool",
        "r": "double",
    }
    assert (row.amount, str(row["at"]), row.u) == (2.5, "2024-03-31 01:30:00", "6f1c4a52-0000-4000-8000-000000000001")


def test_duckdb_reads_no_other_file(duck, source, repository):
    duck("CREATE TABLE rentals (id INT)")
    repository.write("data/secret.csv", "a\n1\n")
    assert source.refused(f"SELECT * FROM read_csv('{repository.root}/data/secret.csv')").code == "MLS0673"
    assert source.refused(f"SELECT * FROM '{repository.root}/data/secret.csv'").code == "MLS0674"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        *[
            ("", "MLS0670"),
            ("no address", "MLS0670"),
            ("postgresql://u:half@secret99@127.0.0.1:1/x", "MLS0670"),
            ("nothing://u:secret99@h/x", "MLS0670"),
            ("mysql+mysqlconnector://u:secret99@h/x", "MLS0670"),
        ],
        ("postgresql://u:secret99@127.0.0.1:1/x", "MLS0671"),
    ],
)
def test_what_is_no_address_is_told_without_it(source, url, code, capsys):
    source.at(url)
    found = source.refused("SELECT 1 AS id")
    assert found.code == code
    assert "secret99" not in str(found) + (found.help or "") + capsys.readouterr().err


def test_the_state_holds_no_address_and_no_clock_without_a_cursor(sqlite, source):
    sqlite.run("CREATE TABLE rentals (id)", "INSERT INTO rentals VALUES (1)")
    source.read()
    state = (source.repository.folder / "source.json").read_text()
    assert "sqlite" not in state
    shutil.rmtree(source.repository.folder)
    source.repository.folder.mkdir()
    source.read()
    assert (source.repository.folder / "source.json").read_text() == state


def test_the_clock_is_asked_by_name():
    assert reader.now().tzinfo is dt.UTC


def test_any_other_dialect_goes_by_its_driver_and_nothing_is_committed(sqlite, source, monkeypatch, repository):
    """SQLite stands in for a database that mlspec has no words of its own for."""
    monkeypatch.delitem(session._DIALECTS, "sqlite")
    source.at(f"sqlite:///{repository.root}/data/rentals.db")
    sqlite.run("CREATE TABLE rentals (id, x)", *(f"INSERT INTO rentals VALUES ({n}, 'a%b')" for n in range(5)))
    assert source.read("SELECT * FROM rentals WHERE x LIKE 'a%' AND id < 3").to_dict("list") == {"id": [0, 1, 2], "x": ["a%b"] * 3}
    assert source.refused("SELECT nam AS id FROM rentals").code == "MLS0674"
    assert session.dialect_of(make_url("mssql+pymssql://h/x")).name == "tsql"
    assert session.dialect_of(make_url("db2://h/x")).name == ""


def test_mysql_and_mariadb_are_told_to_change_nothing_before_they_are_asked(monkeypatch, sqlite, source, repository):
    monkeypatch.setattr(session, "_MYSQL", ("PRAGMA query_only = ON",))
    monkeypatch.setattr(session, "_MYSQL_LIMITS", ("no such statement {milliseconds}", "PRAGMA busy_timeout = {milliseconds}"))
    monkeypatch.setitem(session._DIALECTS, "sqlite", session._DIALECTS["mysql"])
    source.at(f"sqlite:///{repository.root}/data/rentals.db")
    sqlite.run("CREATE TABLE rentals (id)", "INSERT INTO rentals VALUES (1)")
    assert source.read("SELECT `id` FROM rentals").id.tolist() == [1]
