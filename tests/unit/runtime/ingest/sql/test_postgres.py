"""Rows from PostgreSQL, by a real server."""

from __future__ import annotations

import threading
import time

import pytest
from support.postgres_server import PASSWORD

from mlspec.diagnostics.render import render
from mlspec.runtime.ingest.sql import session

ALL = """CREATE TABLE rentals (
    id bigint, small smallint, amount numeric(30, 10), price real, ratio double precision, open boolean, day date,
    at timestamptz, local timestamp, note text, fixed char(4), code uuid, doc jsonb, lasts interval, clock time, mood mood)"""


@pytest.fixture
def all_types(database):
    database.run(
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        ALL,
        """INSERT INTO rentals VALUES (2, 7, 1.5, 0.1, 0.1, true, '2024-02-29', '2024-03-31 03:30+02', '2024-03-31 02:30', 'é', 'ab',
           '6f1c4a52-0000-4000-8000-000000000001', '{"b": 1, "a": [2]}', '1 month 2 days', '04:05:06', 'good'),
           (1, NULL, 0.5, NULL, 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)""",
    )


def test_types_are_kept(in_postgres, all_types):
    found = in_postgres.read()
    assert in_postgres.types() == {
        "id": "int64",
        "small": "int64",
        "amount": "double",
        "price": "double",
        "ratio": "double",
        "open": "bool",
        "day": "date32[day]",
        "at": "timestamp[us]",
        "local": "timestamp[us]",
        "note": "string",
        "fixed": "string",
        "code": "string",
        "doc": "string",
        "lasts": "string",
        "clock": "string",
        "mood": "string",
    }
    assert found.id.tolist() == [1, 2]  # by the key, whatever order the database gives
    row = found.iloc[1]
    assert (row.amount, row.price, row.ratio, row.open, row.note, row.mood) == (1.5, 0.1, 0.1, True, "é", "good")
    assert (str(row["at"]), str(row.local), str(row.day)) == ("2024-03-31 01:30:00", "2024-03-31 02:30:00", "2024-02-29")
    assert (row.doc, row.lasts, row.clock) == ('{"a": [2], "b": 1}', "P1M2D", "04:05:06")
    assert found.ratio.isna().tolist() == [True, False]


def test_times_with_a_zone_are_utc_through_a_change_of_clocks(in_postgres, database):
    database.run(
        "ALTER DATABASE " + database.name + " SET timezone = 'Europe/Berlin'",
        "CREATE TABLE rentals (id int, at timestamptz)",
        "INSERT INTO rentals VALUES (1, '2024-10-27 02:30:00+02'), (2, '2024-10-27 02:30:00+01')",
    )
    assert [str(t) for t in in_postgres.read()["at"]] == ["2024-10-27 00:30:00", "2024-10-27 01:30:00"]


def test_exact_numbers_that_a_number_rounds_are_told_and_text_keeps_them(in_postgres, database, capsys):
    database.run("CREATE TABLE rentals (id int, amount numeric)", "INSERT INTO rentals VALUES (1, 12345678901234567.25), (2, 0.5)")
    assert in_postgres.read().amount.tolist() == [12345678901234567.25, 0.5]
    assert "MLS0618" in capsys.readouterr().err
    assert in_postgres.read(text=["amount"]).amount.tolist() == ["12345678901234567.25", "0.5"]
    assert capsys.readouterr().err == "ingest: 2 rows read\n"


def test_exact_numbers_are_whole_where_that_is_declared_and_so(in_postgres, database):
    database.run("CREATE TABLE rentals (id int, amount numeric)", "INSERT INTO rentals VALUES (1, 9007199254740993), (2, 5.00)")
    assert in_postgres.read(types={"amount": "integer"}).amount.tolist() == [9007199254740993, 5]


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("bytea", "'\\x00'", "holds bytes"),
        ("int[]", "'{1,2}'", "holds arrays"),
        ("mood[]", "'{good}'", "holds arrays"),
        ("money", "5", "holds money"),
        ("pair", "(1, 2)", "holds records"),
    ],
)
def test_what_can_be_no_rows_is_refused_with_the_cast(in_postgres, database, kind, value, says):
    database.run("CREATE TYPE mood AS ENUM ('good')", "CREATE TYPE pair AS (a int, b int)")
    database.run(f"CREATE TABLE rentals (id int, x {kind})", f"INSERT INTO rentals VALUES (1, {value})")
    found = in_postgres.refused()
    assert found.code == "MLS0675"
    assert says in found.message


def test_a_time_beyond_all_calendars_is_told(in_postgres, database):
    database.run("CREATE TABLE rentals (id int, at timestamptz)", "INSERT INTO rentals VALUES (1, 'infinity')")
    assert in_postgres.refused().code in ("MLS0674", "MLS0675")


def test_the_same_rows_give_the_same_bytes(in_postgres, database):
    rows = [f"({n}, {n * 7 % 13}, 'x{n % 5}')" for n in range(500)]
    database.run("CREATE TABLE rentals (id int, n int, s text)", f"INSERT INTO rentals VALUES {', '.join(rows)}")
    in_postgres.read()
    first = in_postgres.digest
    database.run("DELETE FROM rentals", f"INSERT INTO rentals VALUES {', '.join(reversed(rows))}")
    in_postgres.read()
    assert in_postgres.digest == first
    in_postgres.read(key=())
    by_all = in_postgres.digest
    database.run("DELETE FROM rentals", f"INSERT INTO rentals VALUES {', '.join(rows)}")
    in_postgres.read(key=())
    assert in_postgres.digest == by_all


def test_nothing_can_be_written_whatever_the_parser_lets_by(in_postgres, database):
    database.run("CREATE TABLE rentals (id int)", "INSERT INTO rentals VALUES (1)")
    database.run("CREATE FUNCTION sly() RETURNS int LANGUAGE sql AS 'INSERT INTO rentals VALUES (2) RETURNING id'")
    found = in_postgres.refused("SELECT sly() AS id")
    assert (found.code, "read-only transaction" in found.message) == ("MLS0674", True)
    assert database.run("SELECT count(*) FROM rentals") == [(1,)]


def test_an_error_is_told_at_its_place_in_the_file(in_postgres, database):
    database.run("CREATE TABLE rentals (id int)")
    found = in_postgres.refused("SELECT id,\n  nam\nFROM rentals")
    assert (found.code, str(found.span)) == ("MLS0674", "queries/rentals.sql:2:3")
    assert 'column "nam" does not exist' in found.message


def test_a_slow_statement_is_ended_by_the_server(in_postgres, database):
    database.run("CREATE TABLE rentals (id int)", "INSERT INTO rentals SELECT generate_series(1, 4000)")
    began = time.monotonic()
    found = in_postgres.refused("SELECT count(*) AS id FROM rentals a, rentals b, rentals c", timeout=0.5)
    assert (found.code, time.monotonic() - began < 10) == ("MLS0672", True)
    assert "0.5 s" in found.message


def test_a_connection_that_drops_leaves_the_rows_that_were_there(in_postgres, database, server):
    database.run("CREATE TABLE rentals (id int)", "INSERT INTO rentals VALUES (1)")
    in_postgres.read()
    before, state = in_postgres.digest, in_postgres.state
    database.run("INSERT INTO rentals SELECT generate_series(2, 400000)")
    kill = threading.Thread(target=_kill, args=(database,))
    kill.start()
    found = in_postgres.refused("SELECT id, md5(id::text) || md5((id + 1)::text) AS s FROM rentals, LATERAL (SELECT 1) x ORDER BY 2")
    kill.join()
    assert found.code == "MLS0671"
    assert (in_postgres.digest, in_postgres.state) == (before, state)


def _kill(database) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mlspec' AND query LIKE 'FETCH%'"
        if database.run(query):
            return
        time.sleep(0.01)


@pytest.mark.parametrize("wrong", ["password", "host", "database", "port"])
def test_no_message_has_the_password(in_postgres, database, wrong, monkeypatch, capsys):
    url = {
        "password": database.url.replace("loader:", "loader:x"),
        "host": database.url.replace("127.0.0.1", "127.0.0.1:1,127.0.0.1").replace(f":{database.port}/", ":1/"),
        "database": database.url + "_not",
        "port": database.url.replace(str(database.port), "1"),
    }[wrong]
    in_postgres.at(url)
    found = in_postgres.refused(timeout=2.0)
    assert found.code in ("MLS0670", "MLS0671")
    shown = render([found], "full") + str(found) + capsys.readouterr().err
    for secret in (PASSWORD, "pa%2Fss", "pa/ss", url):
        assert secret not in shown


def test_a_percent_sign_is_one(in_postgres, database):
    database.run("CREATE TABLE rentals (id int, s text)", "INSERT INTO rentals VALUES (1, 'a%s'), (2, 'b')")
    assert in_postgres.read("SELECT id, id % 2 AS odd FROM rentals WHERE s LIKE '%s' AND s <> '%(x)s'").odd.tolist() == [1]


def test_a_driver_that_hands_out_rows_as_they_are_asked_for_loses_none(in_postgres, database, monkeypatch):
    """The way of every other dialect, by SQLAlchemy's cursor on the server, which fetches the first rows before it is asked."""
    monkeypatch.delitem(session._DIALECTS, "postgresql")
    database.run(
        "CREATE TABLE rentals (id int, s text, n numeric)", "INSERT INTO rentals SELECT g, 'a%', g / 2.0 FROM generate_series(1, 20000) g"
    )
    in_postgres.at(database.url.replace("postgresql://", "postgresql+psycopg://"))
    found = in_postgres.read("SELECT * FROM rentals WHERE s LIKE 'a%'")
    assert found.id.tolist() == list(range(1, 20001))
    assert found.n.tolist() == [n / 2 for n in range(1, 20001)]


def test_rows_of_many_batches_all_come(in_postgres, database):
    database.run("CREATE TABLE rentals (id int, v int)", "INSERT INTO rentals SELECT g, g % 7 FROM generate_series(1, 20000) g")
    found = in_postgres.read("WITH x AS (SELECT * FROM rentals) SELECT id, v FROM x; -- all of them")
    assert found.id.tolist() == list(range(1, 20001))
    assert found.v.tolist() == [n % 7 for n in range(1, 20001)]
