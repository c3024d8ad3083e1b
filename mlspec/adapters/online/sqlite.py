"""Rows by key in a file of SQLite. A filling is a new file under the old one's name, so no reader waits, and none sees a half."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from mlspec.adapters.online.store import BATCH, Contents, NothingStoredError, Row, StoreError, parse_contents, parse_row
from mlspec.diagnostics.atomic import new_file, sweep

Mark = tuple[int, int, int]
_TABLES = "CREATE TABLE contents (text TEXT NOT NULL); CREATE TABLE rows (key TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;"


class SqliteStore:
    """The file at `path`, which may be replaced at any time: it is looked at before each use, and opened again when it is another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._mark: Mark | None = None
        self._connection: sqlite3.Connection | None = None
        self._contents: Contents | None = None

    def contents(self) -> Contents:
        with self._lock, _told():
            return self._opened()[1]

    def find(self, keys: Sequence[str]) -> tuple[Contents, list[Row | None]]:
        with self._lock, _told():
            connection, contents = self._opened()
            found: dict[str, str] = {}
            for start in range(0, len(keys), BATCH):
                part = keys[start : start + BATCH]
                places = ", ".join("?" * len(part))
                found.update(connection.execute(f"SELECT key, row FROM rows WHERE key IN ({places})", part).fetchall())  # noqa: S608 - marks alone
        return contents, [parse_row(found[key]) if key in found else None for key in keys]

    def fill(self, contents: Contents, rows: Iterable[tuple[str, Row]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        sweep(self._path.parent)
        with _told(), new_file(self._path) as path, closing(sqlite3.connect(path)) as connection:
            connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")  # nobody has it before it is whole
            texts = ((key, row.to_text()) for key, row in rows)
            while part := list(islice(texts, BATCH)):
                connection.executemany("INSERT INTO rows VALUES (?, ?)", part)
            connection.execute("INSERT INTO contents VALUES (?)", (contents.to_json(),))
            connection.commit()
            if connection.execute("SELECT count(*) FROM rows").fetchone()[0] != contents.rows:
                raise StoreError("it took other rows than it was given")

    def _opened(self) -> tuple[sqlite3.Connection, Contents]:
        try:
            now = self._path.stat()
        except FileNotFoundError:
            raise NothingStoredError("nothing was materialized") from None
        mark = (now.st_ino, now.st_mtime_ns, now.st_size)
        if self._connection is None or self._contents is None or mark != self._mark:
            if self._connection is not None:
                self._connection.close()
            self._connection = sqlite3.connect(f"{self._path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            self._contents = parse_contents(self._connection.execute("SELECT text FROM contents").fetchone()[0])
            self._mark = mark
        return self._connection, self._contents


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, TypeError) as error:
        raise StoreError(f"its file can't be used ({type(error).__name__}{_reason(error)})") from error


def _reason(error: Exception) -> str:
    return f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
