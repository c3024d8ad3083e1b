"""What reads each kind of location, by its key in the stage's section: a row each, and nothing else lists them.

`read(context, section)` writes `raw.parquet`, and what it remembers. `unchanged(context, section, rows)` says, without reading a row, that
what the last reading found is still what is there; a kind that can't tell has none.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Protocol, cast

from mlspec.runtime.context import Context


class Reader(Protocol):
    """A module that reads one kind of location."""

    def read(self, context: Context, section: Any, /) -> None: ...


_ROOM = "mlspec.runtime.ingest"
READERS: Mapping[str, str] = {
    "file": f"{_ROOM}.file_source",
    "http": f"{_ROOM}.http_source",
    "sql": f"{_ROOM}.sql.reader",
    "object": f"{_ROOM}.objects.reader",
    "from": f"{_ROOM}.from_source",
    "python": f"{_ROOM}.python_source",
}
"""One for each row of LOCATION_KINDS: a test holds the two together. Each is imported when it is needed."""


def kind_of(params: Mapping[str, Any]) -> str:
    """The kind of location that the section of a stage has."""
    return next(kind for kind in READERS if kind in params)


def reader_of(kind: str) -> Reader:
    return cast("Reader", importlib.import_module(READERS[kind]))


def is_unchanged(context: Context, rows: str) -> bool:
    """Whether the source says that it is as it was; False where it can't be told without reading it.

    `rows`: the digest of the rows that the last reading wrote (`md5:<hex>`, as DVC has it); they need not be here.
    """
    kind = kind_of(context.params)
    ask = getattr(reader_of(kind), "unchanged", None)
    return bool(ask and ask(context, context.params[kind], rows))
