"""A server for all tests of a process, a database for each, and a source that asks it."""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.postgres_server import Database, postgres_server

NUMBERS = itertools.count()
NAME = "RENTALS_DB"


@pytest.fixture(scope="session")
def server() -> Iterator[int]:
    with postgres_server() as port:
        yield port


@pytest.fixture
def database(server: int) -> Iterator[Database]:
    name, admin = f"rentals_{next(NUMBERS)}", Database(server, "postgres")
    admin.run(f"CREATE DATABASE {name}")
    yield Database(server, name)
    admin.run(f"DROP DATABASE {name} WITH (FORCE)")


class Source:
    """A source in a repository, which asks a query of the database in `RENTALS_DB`."""

    def __init__(self, repository: Any, setenv: Callable[[str, str], None]) -> None:
        self.repository, self._setenv = repository, setenv

    def at(self, url: str) -> Source:
        self._setenv(NAME, url)
        return self

    def params(self, query: str, key: tuple[str, ...] = ("id",), cursor: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        self.repository.write("queries/rentals.sql", query)
        section: dict[str, Any] = {"connection": NAME, "query": "../../../queries/rentals.sql", "timeout": more.pop("timeout", 20.0)}
        if cursor is not None:
            section["cursor"] = {"overlap": 3600.0, "fullReadEvery": 604800.0} | cursor
        return {"text": [], "types": {}, "key": list(key), **more, "sql": section}

    def read(self, query: str = "SELECT * FROM rentals", **more: Any) -> Any:
        """Read it; gives its rows as a frame."""
        self.repository.run("ingest", self.params(query, **more))
        return self.repository.parquet("raw.parquet")

    def refused(self, query: str = "SELECT * FROM rentals", **more: Any) -> Any:
        """The one diagnostic of a reading that fails."""
        (found,) = self.repository.fails("ingest", self.params(query, **more))
        return found

    @property
    def digest(self) -> str:
        return hashlib.sha256((self.repository.folder / "raw.parquet").read_bytes()).hexdigest()

    @property
    def state(self) -> Any:
        return json.loads((self.repository.folder / "source.json").read_text())["remembers"]

    def types(self) -> dict[str, str]:
        import pyarrow.parquet as pq

        return {f.name: str(f.type) for f in pq.read_schema(self.repository.folder / "raw.parquet")}


@pytest.fixture
def source(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Source:
    return Source(repository, monkeypatch.setenv)


@pytest.fixture
def in_postgres(source: Source, database: Database) -> Source:
    return source.at(database.url)


class Sqlite:
    """A database of SQLite's in the repository."""

    def __init__(self, path: Any) -> None:
        self.path = path

    def run(self, *statements: str) -> None:
        with sqlite3.connect(self.path) as connection:
            for text in statements:
                connection.execute(text)
        connection.close()


@pytest.fixture
def sqlite(repository: Any, source: Source) -> Sqlite:
    source.at("sqlite:///data/rentals.db")
    (repository.root / "data").mkdir(parents=True)
    return Sqlite(repository.root / "data/rentals.db")
