"""Rows from MariaDB, by a real server."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest
from support.mysql_server import MySql, mysql_server
from support.postgres_server import PASSWORD

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with mysql_server() as port:
        yield port


@pytest.fixture
def database(server: int) -> Iterator[MySql]:
    name, admin = f"rentals_{next(NUMBERS)}", MySql(server, "first")
    admin.run(f"CREATE DATABASE {name}")
    yield MySql(server, name)
    admin.run(f"DROP DATABASE {name}")


@pytest.fixture
def in_mysql(source: Any, database: MySql) -> Any:
    return source.at(database.url)


def test_types_are_kept(in_mysql: Any, database: MySql) -> None:
    database.run(
        """CREATE TABLE rentals (id bigint, big bigint unsigned, tiny tinyint, amount decimal(12, 2), price float, ratio double,
           day date, at datetime, stamp timestamp NULL, note text, mood enum('good', 'bad'), doc json, clock time, born year)""",
        "SET time_zone = '+02:00'",
        """INSERT INTO rentals VALUES (2, 18446744073709551615, 7, 1.50, 0.5, 0.1, '2024-02-29', '2024-03-31 02:30:00',
           '2024-03-31 03:30:00', 'é', 'good', '{"b": 1}', '04:05:06', 1999),
           (1, NULL, NULL, 0.50, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)""",
    )
    found = in_mysql.read("SELECT id, tiny, amount, price, ratio, day, at, stamp, note, mood, doc, born FROM rentals")
    assert found.id.tolist() == [1, 2]
    types = in_mysql.types()
    wanted = {"id": "int64", "tiny": "int64", "amount": "double", "ratio": "double", "day": "date32[day]", "at": "timestamp[us]"}
    assert {name: types[name] for name in wanted} == wanted
    row = found.iloc[1]
    assert (row.amount, row.price, row.ratio, row.note, row.mood, row.doc) == (1.5, 0.5, 0.1, "é", "good", '{"b": 1}')
    assert (str(row["at"]), str(row.stamp), str(row.day)) == ("2024-03-31 02:30:00", "2024-03-31 01:30:00", "2024-02-29")


def test_the_same_rows_give_the_same_bytes(in_mysql: Any, database: MySql) -> None:
    rows = [f"({n}, {n * 7 % 13}, 'x{n % 5}')" for n in range(500)]
    database.run("CREATE TABLE rentals (id int, n int, s text)", f"INSERT INTO rentals VALUES {', '.join(rows)}")
    in_mysql.read()
    first = in_mysql.digest
    database.run("DELETE FROM rentals", f"INSERT INTO rentals VALUES {', '.join(reversed(rows))}")
    in_mysql.read()
    assert in_mysql.digest == first


def test_nothing_can_be_written_whatever_the_parser_lets_by(in_mysql: Any, database: MySql) -> None:
    database.run("CREATE TABLE rentals (id int)", "INSERT INTO rentals VALUES (1)")
    database.run("CREATE FUNCTION sly() RETURNS int BEGIN INSERT INTO rentals VALUES (2); RETURN 2; END")
    found = in_mysql.refused("SELECT sly() AS id")
    assert found.code == "MLS0674" and "READ ONLY" in found.message
    assert database.run("SELECT count(*) FROM rentals") == [(1,)]


def test_an_error_is_told_with_the_file(in_mysql: Any, database: MySql) -> None:
    database.run("CREATE TABLE rentals (id int)")
    found = in_mysql.refused("SELECT id,\n  nam\nFROM rentals")
    assert found.code == "MLS0674" and "nam" in found.message and str(found.span) == "queries/rentals.sql:2:3"


def test_a_slow_statement_is_ended_by_the_server(in_mysql: Any, database: MySql) -> None:
    database.run("CREATE TABLE rentals (id int)", f"INSERT INTO rentals VALUES {', '.join(f'({n})' for n in range(4000))}")
    began = time.monotonic()
    found = in_mysql.refused("SELECT count(*) AS id FROM rentals a, rentals b, rentals c", timeout=0.5)
    assert (found.code, time.monotonic() - began < 10) == ("MLS0672", True)


def test_a_cursor_reads_what_is_new(in_mysql: Any, database: MySql) -> None:
    database.run("CREATE TABLE rentals (id int, at datetime)", "INSERT INTO rentals VALUES (1, '2024-01-01'), (2, '2024-01-02')")
    asked = {"cursor": {"column": "at"}, "types": {"at": "timestamp"}}
    assert in_mysql.read(**asked).id.tolist() == [1, 2]
    database.run("INSERT INTO rentals VALUES (3, '2024-01-03')")
    assert in_mysql.read(**asked).id.tolist() == [1, 2, 3]
    in_mysql.read()
    assert len(in_mysql.read(**asked)) == 3


@pytest.mark.parametrize(("change", "code"), [("wrong", "MLS0671"), ("port", "MLS0671")])
def test_a_password_stands_in_no_message(in_mysql: Any, database: MySql, change: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = database.url.replace("pa%2F", "x%2F") if change == "wrong" else database.url.replace(f":{database.port}/", ":1/")
    monkeypatch.setenv("RENTALS_DB", url)
    found = in_mysql.refused()
    assert found.code == code
    told = f"{found.message} {found.help}"
    assert PASSWORD not in told and "ss%40w" not in told
