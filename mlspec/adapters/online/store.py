"""What a store of rows is, whatever keeps them: contents that change as a whole, and rows by key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

BATCH = 1_000
"""Rows that are written, or looked for, at once."""


class StoreError(Exception):
    """A store that can't be read or written. The message is for people who run it: it names no address, no key and no value."""


class NothingStoredError(StoreError):
    """The store answers, and holds no rows of this definition."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in a store. `definition`: what the values were made by; `rows_md5`: DVC's md5 of the rows' file, that they are of.

    `columns`: in the order of a row's values. `newest`: the greatest time of a row, in microseconds since 1970 UTC. `made_at`: when it was
    filled, ISO 8601 UTC.
    """

    name: str
    definition: str
    rows_md5: str
    columns: tuple[str, ...]
    rows: int
    newest: int | None
    made_at: str

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def parse_contents(text: str | bytes) -> Contents:
    """What `to_json` gave. Raises StoreError for anything else."""
    try:
        raw = json.loads(text)
        return Contents(**{**raw, "columns": tuple(raw["columns"])})
    except (ValueError, TypeError, KeyError):
        raise StoreError("what it holds was not written by this version of mlspec: run `mlspec materialize` again") from None


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is stored: its time (microseconds since 1970 UTC, None where it has none), and its values in the columns' order."""

    time: int | None
    values: tuple[Any, ...]

    def to_text(self) -> str:
        """JSON: floats are written by their shortest text, which reads back as the same bits."""
        return json.dumps([self.time, *self.values], ensure_ascii=False, separators=(",", ":"))


def parse_row(text: str | bytes) -> Row:
    time, *values = json.loads(text)
    return Row(time, tuple(values))


def key_text(values: Sequence[Any]) -> str:
    """The key of a row, of values in the form of `values.stored`."""
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))


class Store(Protocol):
    """One set's rows of one definition. Used from several threads."""

    def contents(self) -> Contents:
        """What stands there now. Raises StoreError; NothingStoredError where nothing does."""

    def find(self, keys: Sequence[str]) -> tuple[Contents, list[Row | None]]:
        """The rows of these keys, None for an unknown one, all of one filling. Raises as `contents`."""

    def fill(self, contents: Contents, rows: Iterable[tuple[str, Row]]) -> None:
        """Put these rows in the place of what stands there, all or none: whoever reads meanwhile sees either. Raises StoreError."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a set's rows of a definition stand: `file` (absolute), or `variable` and the `namespace` on that Redis server."""

    file: str | None = None
    variable: str | None = None
    namespace: str | None = None

    def __str__(self) -> str:
        return "SQLite" if self.file else f"the Redis server of {self.variable}"

    def to_json(self) -> dict[str, str]:
        return {key: value for key, value in asdict(self).items() if value is not None}


def namespace(project: str, name: str, definition: str) -> str:
    """The beginning of all keys of a set's definition in Redis; in braces, so that a cluster keeps them on one node."""
    return f"{{mlspec:{project}:{name}:{definition.removeprefix('sha256:')[:12]}}}"


def open_store(place: Place, environment: Mapping[str, str]) -> Store:
    """Open a place; nothing is read yet. `environment`: where the address of a Redis server is found. Raises StoreError."""
    if place.file is not None:
        from mlspec.adapters.online.sqlite import SqliteStore

        return SqliteStore(Path(place.file))
    from mlspec.adapters.online.redis_server import RedisStore

    variable = str(place.variable)
    url = environment.get(variable, "").strip()
    if not url:
        raise StoreError(f"the environment variable {variable} is not set, and the address of the Redis server comes from it")
    return RedisStore(url, str(place.namespace))
