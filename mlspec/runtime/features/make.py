"""The rows of a set out of what it is given: by one SELECT, or by a function of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mlspec.runtime import tables
from mlspec.runtime.context import Context
from mlspec.runtime.ingest.sql.values import check_names
from mlspec.runtime.making.by_code import returned
from mlspec.runtime.making.by_sql import asked


def make(context: Context, files: Mapping[str, Path], target: Path) -> None:
    """Write the rows of the set, as they come, to `target`. Raises MLS0615, and what `returned` and `asked` raise."""
    if "python" in context.params:
        tables.write_scratch(returned(context, context.params["python"], files).to_reader(), target)
        return
    with asked(context, context.params["sql"], files) as (connection, query):
        check_names([name for name, *_ in connection.execute(f"DESCRIBE {query}").fetchall()])  # of two `id` DuckDB would call one `id_1`
        tables.write_scratch(tables.stream(connection, f"SELECT * FROM {query}"), target)
