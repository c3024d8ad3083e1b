"""Stage ingest: the source's rows as they are, typed but not cleaned -> raw.parquet."""

from __future__ import annotations

from mlspec.runtime.context import Context
from mlspec.runtime.ingest.locations import kind_of, reader_of


def run(context: Context) -> None:
    """Read the location of the section, and write `raw.parquet`."""
    kind = kind_of(context.params)
    reader_of(kind).read(context, context.params[kind])
