"""Stage split: the source's rows, filtered -> train.parquet and test.parquet, and what stands on each side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime import tables
from mlspec.runtime.atomic import write_json
from mlspec.runtime.context import Context


def run(context: Context) -> None:
    """Set rows aside for the test. Rows keep their order on both sides; those in the gap are on neither."""
    from mlspec.runtime.split.strategies import assign
    from mlspec.runtime.split.target import check_sides, check_target

    params = context.params
    rows = read_rows(context)
    check_target(rows, params)
    train, test = assign(rows, params)
    check_sides(rows, train, test, params)
    for name, side in (("train", train), ("test", test)):
        tables.write_arrow(rows.filter(side), context.out(f"{name}.parquet"))
    write_json(context.out("split.json"), summary(rows, train, test, params))


def read_rows(context: Context) -> Any:
    """Return the source's rows as an Arrow table, those that `where` keeps. Raises MLS0623, MLS0624, MLS0642."""
    from mlspec.runtime.sql_guard import check_expression

    params = context.params
    source = tables.parquet(context.need(params["input"]))
    connection = tables.connect()
    where = params.get("where")
    if where is None:
        return tables.stream(connection, f"SELECT * FROM {source}").read_all()
    connection.execute(f"CREATE TABLE data AS SELECT * FROM {source}")
    tables.lock(connection)
    query = f"SELECT * FROM data WHERE {check_expression(connection, where, '`where`')}"
    try:
        rows = tables.stream(connection, query).read_all()
    except Exception as error:
        raise tables.failure("`where`", error) from error
    if not rows.num_rows:
        raise problem("MLS0642", "`where` leaves no row", help="loosen it, or look at the source")
    return rows


def summary(rows: Any, train: Any, test: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of each side, the share held out, and each side's first and last time."""
    import pyarrow.compute as pc

    found: dict[str, Any] = {"share": round(float(test.sum()) / max(1, int(train.sum() + test.sum())), 6)}
    time = params.get("timeColumn")
    for name, side in (("train", train), ("test", test)):
        found[name] = {"rows": int(side.sum())}
        if time in rows.column_names:
            ends = pc.min_max(rows.column(time).filter(side)).as_py()
            found[name] |= {"first": str(ends["min"]), "last": str(ends["max"])}
    left = rows.num_rows - int(train.sum()) - int(test.sum())
    return found | ({"gapRows": left} if left else {})
