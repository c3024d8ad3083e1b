"""The rows to split: their numbers, targets, times, and the column a strategy goes by. Nothing else is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlspec.diagnostics import did_you_mean, problem
from mlspec.metrics.tasks import TASKS
from mlspec.runtime import tables
from mlspec.runtime.clean.casting import is_number, missing_count
from mlspec.runtime.context import Context
from mlspec.runtime.forecast.columns import ADDED
from mlspec.runtime.split.labels import check_join, files, labelled
from mlspec.runtime.sql_guard import check_expression
from mlspec.runtime.tables import ROW, ident
from mlspec.runtime.target import HELP, label_sets

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """n rows: `numbers` in the input from 1, `target` as it is (NaN where there is none), `times` in int64 microseconds, `by`: the
    strategy's column as text.

    `query`: each row's, as text, of rows that are put in order within one. `series`: the same of rows that follow each other.
    """

    numbers: Array
    target: Array
    times: Array | None
    by: Array | None
    query: Array | None = None
    series: Array | None = None


def read_rows(context: Context) -> Rows:
    """Read what a split needs, and check target and columns. Raises MLS0640, MLS0641, MLS0644, MLS0645, MLS0620 to MLS0626."""
    params = context.params
    connection = tables.guarded()
    tables.lock(connection, files(context))
    check_join(connection, context)
    connection.execute(f"CREATE VIEW data AS SELECT * FROM {labelled(context)}")
    if params.get("where"):
        _filter(connection, params["where"])
    columns = tables.columns_of(connection, "data")
    if params.get("target") is not None:
        _check_target(connection, params, columns)
    by = params.get("group") if params["strategy"] == "group" else params.get("column") if params["strategy"] == "predefined" else None
    if by:
        _check_complete(connection, by, columns, params["strategy"])
    if params["strategy"] == "rolling":
        _check_free(columns)
    if query := params.get("query"):
        _check_complete(connection, query, columns, params["task"])
    time = _time_column(connection, params, columns)
    series = params.get("series", ())
    for name in series:
        _check_complete(connection, name, columns, params["strategy"])
    found = _fetch(connection, params.get("target"), time, by, query, series)
    is_sets = TASKS[params["task"]].is_labels
    return replace(found, target=label_sets(found.target, params)) if is_sets else found


def _filter(connection: Any, where: str) -> None:
    import duckdb

    condition = check_expression(connection, where, "where")
    try:
        connection.execute(f"CREATE TABLE kept AS SELECT * FROM data WHERE {condition}")
    except duckdb.Error as error:
        raise tables.failure("where", error) from error
    if not connection.execute("SELECT count(*) FROM kept").fetchall()[0][0]:
        raise problem("MLS0626", f"no row is left by `where: {where}`", help="loosen it")
    connection.execute("CREATE OR REPLACE VIEW data AS SELECT * FROM kept")


def _check_target(connection: Any, params: Mapping[str, Any], columns: Mapping[str, str]) -> None:
    name, task = params["target"], TASKS[params["task"]]
    if name not in columns:
        raise problem("MLS0640", f"the rows have no column `{name}`, which is the target", help=did_you_mean(name, columns))
    kind = columns[name]
    count, total = _missing(connection, name, kind)
    if count:
        help_ = f"fill it in a `clean` step of the source, or leave such rows out with `where: '{ident(name)} IS NOT NULL'`"
        raise problem("MLS0641", f"the target `{name}` is missing in {count} of {total} rows", help=help_)
    if task.is_oddness:
        _check_odd(connection, name, kind)
    elif task.has_numbers and not is_number(kind):
        raise problem(
            "MLS0645", f"the target `{name}` is {kind.casefold()}, and {params['task']} needs numbers", help="use `task: multiclass`"
        )
    if task.is_score and connection.execute(f"SELECT count(*) FROM data WHERE {ident(name)} < 0").fetchall()[0][0]:
        message = f"the target `{name}` is below 0 in some rows, and says how relevant a row is: 0 for not at all, or more"
        raise problem("MLS0645", message, help=f"shift it in a `clean` step of the source, such as `greatest({ident(name)}, 0)`")
    if task.is_labels:
        _check_sets(name, kind, params.get("labelSeparator"))
    if (task.is_label or task.is_cluster) and kind not in ("BIGINT", "VARCHAR", "BOOLEAN"):
        message = f"the target `{name}` is {kind.casefold()}, and classes are text, whole numbers or booleans"
        advice = (
            "compare clusters with such a column, or remove `target`"
            if task.is_cluster
            else "declare the column so, or use `task: regression`"
        )
        raise problem("MLS0645", message, help=advice)


def _check_odd(connection: Any, name: str, kind: str) -> None:
    """1 or true is what is looked for, and 0 or false all else."""
    fits = kind == "BOOLEAN" or is_number(kind)
    if fits and kind != "BOOLEAN":
        fits = not connection.execute(f"SELECT count(*) FROM data WHERE {ident(name)} NOT IN (0, 1)").fetchall()[0][0]
    if not fits:
        message = f"the target `{name}` is not true or false, or 1 or 0, in every row: what is an anomaly, and what is none"
        help_ = f"add a `clean` step to the source: `derive: {{column: {name}, sql: \"{ident(name)} = 'fraud'\"}}`"
        raise problem("MLS0645", message, help=help_)


def _check_sets(name: str, kind: str, separator: str | None) -> None:
    fits = kind == "VARCHAR" if separator is not None else kind in ("VARCHAR[]", "BIGINT[]", "INTEGER[]", "VARCHAR")
    if not fits:
        wanted = "text that `labelSeparator` cuts" if separator is not None else "a list of texts or whole numbers"
        message = f"the target `{name}` is {kind.casefold()}, and a set of labels is {wanted}"
        raise problem("MLS0645", message, help=HELP)


def _missing(connection: Any, name: str, kind: str) -> tuple[int, int]:
    count, total = connection.execute(f"SELECT {missing_count(ident(name), kind)}, count(*) FROM data").fetchall()[0]
    return count, total


def _check_complete(connection: Any, name: str, columns: Mapping[str, str], strategy: str) -> None:
    if name not in columns:
        raise problem("MLS0644", f"the {strategy} split needs column `{name}`, which is not there", help=did_you_mean(name, columns))
    count, total = _missing(connection, name, columns[name])
    if count:
        message = f"the {strategy} split needs column `{name}`, which is missing in {count} of {total} rows"
        raise problem("MLS0644", message, help="fill it in a `clean` step of the source, or leave such rows out with `where`")


def _check_free(columns: Mapping[str, str]) -> None:
    taken = [name for name in columns if name.casefold() in ADDED]
    if taken:
        message = f"the rows have a column `{taken[0]}`, a name that the rolling split gives to what it adds"
        raise problem("MLS0644", message, help="`rename` it in a `clean` step of the source")


def _time_column(connection: Any, params: Mapping[str, Any], columns: Mapping[str, str]) -> str | None:
    name = params.get("timeColumn")
    strategy = params["strategy"]
    by_time = strategy in ("time", "rolling")
    if by_time and not name:
        raise problem("MLS0644", f"the {strategy} split needs the source's `timeColumn`", help="declare it, or use another strategy")
    if by_time:
        _check_complete(connection, str(name), columns, strategy)
        if columns[str(name)] not in ("DATE", "TIMESTAMP"):
            message = f"the {strategy} split needs times, and column `{name}` is {columns[str(name)].casefold()}"
            raise problem("MLS0644", message, help="declare it as timestamp or date")
    return name if name in columns and columns[str(name)] in ("DATE", "TIMESTAMP") else None


def _fetch(connection: Any, target: str | None, time: str | None, by: str | None, query: str | None, series: Sequence[str]) -> Rows:
    items = [ROW, "NULL::DOUBLE AS y" if target is None else f"{ident(target)} AS y"]
    items += [f"epoch_us(CAST({ident(time)} AS TIMESTAMP)) AS t"] if time else []
    items += [f"CAST({ident(by)} AS VARCHAR) AS g"] if by else []
    items += [f"CAST({ident(query)} AS VARCHAR) AS q"] if query else []
    items += [f"CAST(row({', '.join(map(ident, series))}) AS VARCHAR) AS s"] if series else []
    found = connection.execute(f"SELECT {', '.join(items)} FROM data ORDER BY {ROW}").fetchnumpy()
    plain = {name: np.ma.getdata(values) for name, values in found.items()}
    return Rows(plain[ROW], plain["y"], plain.get("t"), plain.get("g"), plain.get("q"), plain.get("s"))
