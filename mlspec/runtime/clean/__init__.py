"""Stage clean: the steps of the source in order, then the declared columns with their types, sorted -> clean.parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime import tables
from mlspec.runtime.context import Context
from mlspec.runtime.report import say


def run(context: Context) -> None:
    """Clean `raw.parquet`, or hand it on where that would change nothing."""
    from mlspec.runtime.clean.unchanged import unchanged

    raw = context.need("raw.parquet")
    same = unchanged(raw, context.params)
    if same is None:
        _clean(context, raw)
        return
    tables.hand_on(raw, context.out("clean.parquet"))
    say(f"clean: {same} rows read, {same} kept")


def _clean(context: Context, raw: Path) -> None:
    """The rows live in DuckDB's memory, so that a step's SQL can be locked in; big tables spill to disk."""
    from mlspec.runtime.clean.declared import declare
    from mlspec.runtime.clean.steps import apply_step, count_rows

    params = context.params
    connection = tables.guarded()
    connection.execute(f"CREATE TABLE data AS {_rows(connection, tables.numbered(raw))}")
    tables.lock(connection)
    before = count_rows(connection)
    for number, step in enumerate(params.get("steps", ()), start=1):
        where = f"clean step {number} ({next(iter(step))})"
        apply_step(connection, step, where, params)
        if not count_rows(connection):
            raise problem("MLS0626", f"{where}: no row is left of {before}", help="loosen the step, or look at the source")
    query = declare(connection, params)
    tables.write_arrow(tables.stream(connection, query), context.out("clean.parquet"))
    say(f"clean: {before} rows read, {count_rows(connection)} kept")


def _rows(connection: Any, relation: str) -> str:
    """The SELECT of the rows with NaN as a missing value: to DuckDB NaN is the largest number, and equal to no missing value."""
    from mlspec.runtime.clean.casting import known

    real = {name: kind for name, kind in tables.columns_of(connection, relation).items() if kind in ("FLOAT", "DOUBLE")}
    items = ", ".join(f"{known(tables.ident(name), kind)} AS {tables.ident(name)}" for name, kind in real.items())
    return f"SELECT * REPLACE ({items}) FROM {relation}" if items else f"SELECT * FROM {relation}"
