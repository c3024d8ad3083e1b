"""replace: old values of a column to new ones. Both are values of the column's type; the spelling of either means nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.diagnostics import Diagnostic, problem
from mlspec.diagnostics.words import some
from mlspec.runtime import report
from mlspec.runtime.clean.casting import EXACT, WHOLE, is_number, show, spelled
from mlspec.runtime.clean.values import are_values, value_sql
from mlspec.runtime.tables import ROW, counted, ident

_HELP = {
    "none": "is the spelling right, and did a step before change the column? leave the line out when such values no longer come",
    "type": "write a value of that type, or replace before the step that changes the type",
}


def replacing(connection: Any, columns: Mapping[str, str], settings: Mapping[str, Any], where: str) -> str:
    """Return the query. The column keeps its type when every new value fits it, else it is widened, at last to text.

    Warns (MLS0627) of old values that no row holds, or that the column's type can't hold. Raises MLS0625 for a value given twice.
    """
    name, values = settings["column"], settings["values"]
    column, kind, who = ident(name), columns[name], f"{where}: column `{name}`"
    able = are_values(connection, values, kind)
    old = [v for v, fits in zip(values, able, strict=True) if fits]
    _check_twice(connection, {v: values[v] for v in old}, kind, who)
    _warn(_idle(connection, column, kind, old, [v for v in values if v not in old], who))
    wider = _wide_enough(connection, column, kind, list(values.values()))
    if wider != kind and wider == "VARCHAR":
        report.say(f"{who} becomes text: not every new value is {kind.casefold()}")
    kept = spelled(column, kind) if wider == "VARCHAR" else column
    whens = " ".join(f"WHEN {column} = {value_sql(v, kind)} THEN {value_sql(values[v], wider)}" for v in old)
    value = f"CASE {whens} ELSE CAST({kept} AS {wider}) END" if old else f"CAST({kept} AS {wider})"
    return f"SELECT * REPLACE ({value} AS {column}) FROM data ORDER BY {ROW}"


def _check_twice(connection: Any, values: Mapping[str, Any], kind: str, who: str) -> None:
    """`-999` and `-999.0` are one number: with two new values, one of them would be taken without a word."""
    texts = ", ".join(f"CAST({value_sql(v, kind)} AS VARCHAR)" for v in values)
    seen: dict[str, str] = {}
    for text, value in zip(connection.execute(f"SELECT {texts}").fetchone() if values else (), values, strict=True):
        first = seen.setdefault(text, value)
        if values[first] != values[value]:
            message = f"{who} is {kind.casefold()}: `{first}` and `{value}` are one value, and get two new ones"
            raise problem("MLS0625", message, help="keep one of the two")


def _idle(connection: Any, column: str, kind: str, old: Sequence[str], others: Sequence[str], who: str) -> list[Diagnostic]:
    counts = ", ".join(counted(f"{column} = {value_sql(v, kind)}") for v in old)
    found = connection.execute(f"SELECT {counts} FROM data").fetchone() if old else ()
    absent = [v for v, count in zip(old, found, strict=True) if not count]
    lines = [("none", absent, f"{who}: no row holds"), ("type", others, f"{who} is {kind.casefold()}, so no row can hold")]
    return [Diagnostic("MLS0627", f"{text} {some(map(show, vs), 8)}", help=_HELP[key], severity="warning") for key, vs, text in lines if vs]


def _warn(found: Sequence[Diagnostic]) -> None:
    if found:
        report.show(found)


def _wide_enough(connection: Any, column: str, kind: str, new: Sequence[Any]) -> str:
    """The column's own type, if every new value is of it; else number or timestamp for whole numbers and dates, if that does; else text."""
    if all(are_values(connection, new, kind)):
        return kind
    wider = "DOUBLE" if is_number(kind) else "TIMESTAMP" if kind == "DATE" else "VARCHAR"
    if not all(are_values(connection, new, wider)):
        return "VARCHAR"
    if (
        kind in WHOLE
        and not connection.execute(f"SELECT coalesce(max(abs(CAST({column} AS HUGEINT))), 0) <= {EXACT} FROM data").fetchone()[0]
    ):
        return "VARCHAR"  # as floating-point numbers, some of the others would be other numbers
    return wider
