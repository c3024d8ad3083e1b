"""A read-only session with a database, and the rows of its query in batches: never all at once.

PostgreSQL, SQLite, DuckDB and MySQL are told in their own words to change nothing, to answer in UTC and within a time. For any other
dialect of SQLAlchemy the transaction is rolled back, and what the account may do is for its database to say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.ingest.sql import postgres, values
from mlspec.runtime.ingest.sql.url import file_of
from mlspec.runtime.tables import no_bar

BATCH = 8192
"""Rows that are fetched, and turned to Arrow, at once."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A stretch of rows: an Arrow table, whose columns have `kinds`. `told`: whether the database itself says of what kind each is."""

    table: Any
    kinds: Mapping[str, str]
    told: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, ready to be asked: its text, and how long each answer may take (seconds). `stop`: set when nobody waits any more."""

    text: str
    timeout: float
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database is spoken to. `name`: sqlglot's; `rows`: opens a session, asks, and yields batches, at least one.

    `before`: how many characters are sent before the query, which its errors count with it.
    """

    name: str
    rows: Callable[[Any, Path, Asked], Iterator[Rows]]
    before: int = 0


def dialect_of(url: Any) -> Dialect:
    """The dialect of a URL."""
    backend = url.get_backend_name()
    found = _DIALECTS.get(backend)
    return found or Dialect({"mssql": "tsql"}.get(backend, backend if backend in _PARSED else ""), _others)


_PARSED = frozenset({"oracle", "snowflake", "bigquery", "redshift", "trino", "clickhouse", "databricks"})


def _sqlite(url: Any, root: Path, asked: Asked) -> Iterator[Rows]:
    import sqlite3

    path = _file(url, root)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=asked.timeout, check_same_thread=False)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.set_progress_handler(asked.stop.is_set, 100_000)  # no other thread can end a statement of this one
        cursor = connection.execute(asked.text)
        yield from _by_value([d[0] for d in cursor.description], cursor.fetchmany)
    finally:
        connection.close()


def _duckdb(url: Any, root: Path, asked: Asked) -> Iterator[Rows]:
    import duckdb

    with duckdb.connect(str(_file(url, root)), read_only=True) as connection:
        no_bar(connection)
        connection.execute("SET TimeZone = 'UTC'; SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        found = connection.execute(f"DESCRIBE {asked.text}").fetchall()
        values.check_names([name for name, *_ in found])
        kinds = {name: values.kind_in_duckdb(name, kind) for name, kind, *_ in found}
        items = ", ".join(values.from_duckdb(name, kind) for name, kind in kinds.items())
        reader = connection.sql(f"SELECT {items} FROM (\n{asked.text}\n)").to_arrow_reader(BATCH)
        yield Rows(values.schema_of(kinds).empty_table(), kinds, told=True)
        for batch in reader:
            yield Rows(values.as_table(batch, kinds), kinds, told=True)


def _file(url: Any, root: Path) -> Path:
    path = file_of(url, root)
    if not path.is_file():
        raise problem("MLS0671", "the database's file is not there", help="a relative path of the URL is read from the repository's root")
    return path


def _postgres(url: Any, root: Path, asked: Asked) -> Iterator[Rows]:
    del root
    with postgres.connected(url, asked.timeout) as connection, postgres.cursor(connection, asked.text) as cursor:
        rows = cursor.fetchmany(BATCH)
        kinds = postgres.kinds(connection, cursor.description)
        yield Rows(values.as_batch(rows, kinds), kinds, told=True)
        while rows := cursor.fetchmany(BATCH):
            yield Rows(values.as_batch(rows, kinds), kinds, told=True)


_MYSQL = ("SET SESSION TRANSACTION READ ONLY", "SET time_zone = '+00:00'")
_MYSQL_LIMITS = ("SET SESSION max_execution_time = {milliseconds}", "SET SESSION max_statement_time = {seconds}")
"""MySQL's own word, and MariaDB's: each knows one of them."""


def _mysql(url: Any, root: Path, asked: Asked) -> Iterator[Rows]:
    with_bytes = url.get_driver_name() == "pymysql" and url.password  # PyMySQL would send text as Latin-1, whatever the server holds
    more = {"password": str(url.password).encode()} if with_bytes else {}
    yield from _others(url, root, asked, _MYSQL, _MYSQL_LIMITS, more)


def _others(
    url: Any, root: Path, asked: Asked, first: Sequence[str] = (), limits: Sequence[str] = (), more: Mapping[str, Any] | None = None
) -> Iterator[Rows]:
    del root
    from sqlalchemy import create_engine, pool
    from sqlalchemy.exc import DBAPIError

    options = {"stream_results": True, "yield_per": BATCH, "no_parameters": True}
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True, connect_args=dict(more or {}))
    with engine.connect() as connection:
        for text in first:
            connection.exec_driver_sql(text)
        for text in limits:
            try:
                connection.exec_driver_sql(text.format(milliseconds=int(asked.timeout * 1000), seconds=asked.timeout))
            except DBAPIError:
                continue
        connection.rollback()
        result = connection.execution_options(**options).exec_driver_sql(asked.text)
        yield from _by_value(list(result.keys()), result.fetchmany)  # not the cursor's: SQLAlchemy has fetched the first rows already
        connection.rollback()


def _by_value(names: Sequence[str], fetch: Callable[[int], Sequence[Any]]) -> Iterator[Rows]:
    """Batches of columns that say nothing of their kinds: the values do, and each batch has the kinds of those before."""
    values.check_names(names)
    kinds = dict.fromkeys(names, values.UNKNOWN)
    is_first = True
    while (rows := fetch(BATCH)) or is_first:
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        kinds = {n: values.kind_of(n, column, kinds[n]) for n, column in zip(names, columns, strict=True)}
        yield Rows(values.as_batch(rows, kinds), kinds, told=False)
        is_first = False


_DIALECTS = {
    "postgresql": Dialect("postgres", _postgres, len(postgres.DECLARE)),
    "sqlite": Dialect("sqlite", _sqlite),
    "duckdb": Dialect("duckdb", _duckdb),
    "mysql": Dialect("mysql", _mysql),
    "mariadb": Dialect("mysql", _mysql),
}
