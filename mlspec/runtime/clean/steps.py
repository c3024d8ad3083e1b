"""The steps of cleaning, one function each. Each replaces the table `data`; rows keep their order and their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.clean.casting import TYPES, cast_sql, misfits, missing
from mlspec.runtime.clean.filling import fill_missing
from mlspec.runtime.clean.pseudonyms import pseudonymising
from mlspec.runtime.clean.replacing import replacing
from mlspec.runtime.report import say
from mlspec.runtime.sql_guard import check_expression
from mlspec.runtime.tables import ROW, columns_of, failure, ident, is_nan, need_column

Step = Callable[[Any, Any, str, Mapping[str, Any]], None]
FEWER = frozenset({"dropDuplicates", "filter"})
"""Steps that may leave rows out; no step makes any."""


def apply_step(connection: Any, step: Mapping[str, Any], where: str, params: Mapping[str, Any]) -> None:
    """Run one step, `{name: its settings}`. `where` names it in messages. Raises diagnostics MLS0620 to MLS0625."""
    ((name, settings),) = step.items()
    before = count_rows(connection)
    STEPS[name](connection, settings, where, params)
    after = count_rows(connection)
    if after > before or (after < before and name not in FEWER):
        raise problem("MLS0624", f"{where}: {before} rows became {after}", help="a step on columns gives each row one value")


def count_rows(connection: Any) -> int:
    """The number of rows in the table `data`."""
    return int(connection.execute("SELECT count(*) FROM data").fetchone()[0])


def rename(connection: Any, names: Mapping[str, str], where: str, _params: Mapping[str, Any]) -> None:
    columns = columns_of(connection, "data")
    for old in names:
        need_column(old, columns, where)
    after = [names.get(c, c) for c in columns]
    _check_free(names.values(), where)
    folded = [c.casefold() for c in after]
    for new in names.values():
        if folded.count(new.casefold()) > 1:
            raise problem("MLS0625", f"{where}: there would be two columns `{new}`", help="drop or rename the other one first")
    items = ", ".join(f"{ident(old)} AS {ident(new)}" for old, new in zip(columns, after, strict=True))
    rebuild(connection, f"SELECT {ROW}, {items} FROM data", where)


def _check_free(names: Iterable[str], where: str) -> None:
    if ROW in (name.casefold() for name in names):
        raise problem("MLS0625", f"{where}: `{ROW}` is a name that the stages keep for themselves", help="take another name")


def cast(connection: Any, settings: Mapping[str, Any], where: str, params: Mapping[str, Any]) -> None:
    name, to = settings["column"], settings["to"]
    columns = columns_of(connection, "data")
    need_column(name, columns, where)
    wrong = misfits(connection, name, columns[name], to, where, frozenset(params.get("pii", ())))
    if wrong and settings.get("onError", "fail") == "fail":
        raise wrong
    column = ident(name)
    value = cast_sql(column, columns[name], to)
    if wrong:
        say(f"{where}: column `{name}`: {_lost(connection, column, columns[name], value)} values are no {to} and become missing")
    rebuild(connection, f"SELECT * REPLACE (CAST({value} AS {TYPES[to]}) AS {column}) FROM data", where)


def _lost(connection: Any, column: str, kind: str, value: str) -> int:
    query = f"SELECT count(*) FROM data WHERE NOT {missing(column, kind)} AND {value} IS NULL"
    return int(connection.execute(query).fetchone()[0])


def replace(connection: Any, settings: Mapping[str, Any], where: str, _params: Mapping[str, Any]) -> None:
    columns = columns_of(connection, "data")
    need_column(settings["column"], columns, where)
    rebuild(connection, replacing(connection, columns, settings, where), where)


def drop_duplicates(connection: Any, settings: Mapping[str, Any], where: str, _params: Mapping[str, Any]) -> None:
    """`first` and `last` are meant in the order of the source's rows; missing values equal each other."""
    columns = columns_of(connection, "data")
    for name in settings["by"]:
        need_column(name, columns, where)
    by = ", ".join(ident(name) for name in settings["by"])
    order = "DESC" if settings.get("keep", "first") == "last" else "ASC"
    kept = f"QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY {ROW} {order}) = 1"
    rebuild(connection, f"SELECT * FROM data {kept} ORDER BY {ROW}", where)


def filter_rows(connection: Any, text: str, where: str, _params: Mapping[str, Any]) -> None:
    """Rows where the expression is false or missing are dropped."""
    rebuild(connection, f"SELECT * FROM data WHERE {check_expression(connection, text, where)}", where)


def derive(connection: Any, settings: Mapping[str, Any], where: str, _params: Mapping[str, Any]) -> None:
    name, value = settings["column"], check_expression(connection, settings["sql"], where)
    _check_free([name], where)
    columns = columns_of(connection, "data")
    same = next((c for c in columns if c.casefold() == name.casefold()), None)
    if same is not None and same != name:
        raise problem("MLS0625", f"{where}: there is a column `{same}` already", help="names are compared without case")
    item = f"* REPLACE ({value} AS {ident(name)})" if same else f"*, {value} AS {ident(name)}"
    rebuild(connection, f"SELECT {item} FROM data ORDER BY {ROW}", where)
    _check_kept(connection, name, where)


def _check_kept(connection: Any, name: str, where: str) -> None:
    """What was derived is of a type that a file can hold, and NaN in it is missing for the steps that follow."""
    kind = columns_of(connection, "data")[name]
    if kind == "INTERVAL":
        message = f"{where}: column `{name}` is a span of time, and no column can be"
        raise problem(
            "MLS0625", message, help="make it a number: `epoch(later - earlier)` in seconds, or `date_diff('day', earlier, later)`"
        )
    if kind in ("FLOAT", "DOUBLE"):
        connection.execute(f"UPDATE data SET {ident(name)} = NULL WHERE {is_nan(ident(name))}")


def drop(connection: Any, names: list[str], where: str, _params: Mapping[str, Any]) -> None:
    columns = columns_of(connection, "data")
    for name in names:
        need_column(name, columns, where)
    if len(set(names)) == len(columns):
        raise problem("MLS0625", f"{where}: no column would be left", help="keep at least one")
    rebuild(connection, f"SELECT * EXCLUDE ({', '.join(map(ident, names))}) FROM data", where)


def rebuild(connection: Any, query: str, where: str) -> None:
    """Replace the table `data` by a query over it. Raises MLS0624 with DuckDB's words."""
    import duckdb

    try:
        connection.execute(f"CREATE OR REPLACE TABLE data AS {query}")
    except duckdb.Error as error:
        raise failure(where, error) from error


def fill(connection: Any, settings: Mapping[str, Any], where: str, params: Mapping[str, Any]) -> None:
    columns = columns_of(connection, "data")
    need_column(settings["column"], columns, where)
    rebuild(connection, fill_missing(connection, columns, settings, where, params.get("sort", ())), where)


def pseudonymise(connection: Any, settings: Mapping[str, Any], where: str, _params: Mapping[str, Any]) -> None:
    columns = columns_of(connection, "data")
    need_column(settings["column"], columns, where)
    rebuild(connection, pseudonymising(connection, columns, settings, where), where)


STEPS: Mapping[str, Step] = {
    "rename": rename,
    "replace": replace,
    "cast": cast,
    "fillMissing": fill,
    "dropDuplicates": drop_duplicates,
    "filter": filter_rows,
    "derive": derive,
    "drop": drop,
    "pseudonymise": pseudonymise,
}
