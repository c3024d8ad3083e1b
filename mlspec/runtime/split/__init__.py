"""Stage split: the rows a model may learn from, and those it is judged on -> train.parquet, test.parquet, split.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import write_json
from mlspec.runtime import report, tables
from mlspec.runtime.context import Context
from mlspec.runtime.split.labels import labelled, left_out
from mlspec.runtime.split.rows import Rows, read_rows
from mlspec.runtime.split.strategies import choose
from mlspec.runtime.tables import ROW, ident

if TYPE_CHECKING:
    from mlspec.runtime.split.rolling import Backtest

Array = np.ndarray[Any, Any]


def run(context: Context) -> None:
    """Choose the test rows by the section's strategy. Rows keep their order on both sides."""
    from mlspec.runtime.split.rolling import warnings_of
    from mlspec.runtime.split.sides import check_sides, summary

    rows = read_rows(context)
    rolled = _rolled(rows, context.params)
    train, test = (rolled.train, rolled.test) if rolled else choose(rows, context.params)
    _check_sizes(train, test, context.params)
    warnings = warnings_of(rolled) if rolled else check_sides(rows, train, test, context.params)
    if warnings:
        report.show(warnings)
    _write(context, {name: _side(rows, mask, name, rolled) for name, mask in (("train.parquet", train), ("test.parquet", test))})
    write_json(context.out("split.json"), summary(rows, train, test) | left_out(context) | (rolled.as_json() if rolled else {}))
    report.say(f"split: {int(train.sum())} rows to train on, {int(test.sum())} to test with")


def _rolled(rows: Rows, params: Mapping[str, Any]) -> Backtest | None:
    """The folds of rolling origins; None of any other strategy."""
    from mlspec.metrics.estimate import LEAST_BLOCKS
    from mlspec.runtime.split.rolling import rolling

    if params["strategy"] != "rolling":
        return None
    found = rolling(rows, params)
    told = "" if params.get("seasonality") else " (`seasonality` is not set: it is told by the step)"
    report.say(f"split: {len(found.starts)} folds of steps of {found.grid.words}, a season of {found.season}{told}")
    if len(found.starts) < LEAST_BLOCKS:
        report.say(
            f"split: fewer than {LEAST_BLOCKS} folds carry no interval: KPIs by one are inconclusive, those with `bound: point` are judged"
        )
    return found


def _side(rows: Rows, mask: Array, name: str, rolled: Backtest | None) -> dict[str, Any]:
    """What is written of a side: the rows' numbers, and the columns that are added to them."""
    import pyarrow as pa

    return {ROW: pa.array(rows.numbers[mask], pa.int64())} | (rolled.columns(mask, name) if rolled else {})


def _check_sizes(train: Array, test: Array, params: Any) -> None:
    learn, judge = int(train.sum()), int(test.sum())
    if learn >= 2 and judge >= 1:
        return
    fix = "an earlier `testFrom`, or a smaller `gap`" if not judge else "a smaller `test`, a later `testFrom`, or a smaller `gap`"
    fix = f"try {fix}" if params["strategy"] == "time" else "give it more rows, or another `test` share"
    fix = "look at the column: it says which rows are which" if params["strategy"] == "predefined" else fix
    if params.get("testGroups"):
        fix = "name fewer groups in `testGroups`: the others are trained on"
    if params.get("testFrom") and not judge:
        fix = "`testFrom` lies after the last row: take an earlier one"
    raise problem("MLS0642", f"the {params['strategy']} split leaves {learn} rows to train on and {judge} to test with", help=fix)


def _write(context: Context, sides: Mapping[str, Mapping[str, Any]]) -> None:
    """Copy rows by their numbers, in a connection that runs no SQL but ours."""
    import pyarrow as pa

    connection = tables.connect()
    source = labelled(context)
    for name, side in sides.items():
        connection.register("side", pa.table(dict(side)))
        if added := [ident(column) for column in side if column != ROW]:
            own = ", ".join(f"s.{column}" for column in added)
            query = f"SELECT r.* EXCLUDE ({ROW}), {own} FROM {source} AS r JOIN side AS s USING ({ROW}) ORDER BY {ROW}"
            tables.copy(connection, query, context.out(name))
            continue
        query = f"SELECT * EXCLUDE ({ROW}) FROM {source} AS r WHERE r.{ROW} IN (SELECT {ROW} FROM side) ORDER BY r.{ROW}"
        tables.copy(connection, query, context.out(name))
