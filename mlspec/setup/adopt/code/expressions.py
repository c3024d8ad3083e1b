"""Expressions over columns as SQL that means the same, missing values included."""

from __future__ import annotations

import ast
from typing import Any

from mlspec.runtime.tables import literal
from mlspec.setup.adopt.code.values import Const, Frame, Series
from mlspec.setup.adopt.facts import Place, least
from mlspec.setup.init.notes import spelled

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISONS = {ast.Eq: "=", ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<="}


def sql_of(value: Any) -> str | None:
    """The SQL of a column, an expression, or a plain value; None for what has none."""
    if isinstance(value, Series):
        return value.sql or (spelled(value.column) if value.column else None)
    if isinstance(value, Const) and isinstance(value.value, bool):
        return "true" if value.value else "false"
    if isinstance(value, Const) and isinstance(value.value, int | float):
        return _number(value.value)
    return literal(value.value) if isinstance(value, Const) and isinstance(value.value, str) else None


def _number(value: float) -> str | None:
    """A number of Python's is a double in SQL too: `0.1` alone would be a decimal there."""
    if isinstance(value, int):
        return str(value)
    text = repr(value)
    return None if text in ("inf", "-inf", "nan") else text if "e" in text else f"{text}e0"


def _made(base: Series, sql: str, place: Place, other: Any = None, *, is_truth: bool = False) -> Series:
    sure = least(base.sure, "likely", getattr(other, "sure", "certain"))
    return Series(base.frame, "", place, sql, sure, is_truth)


def combined(left: Any, operation: ast.operator, right: Any, place: Place) -> Any:
    """`a + b` over columns, `p & q` over conditions; None for what SQL says otherwise."""
    base = left if isinstance(left, Series) else right
    one, other = sql_of(left), sql_of(right)
    if one is None or other is None:
        return None
    if isinstance(operation, ast.BitAnd | ast.BitOr):
        both = isinstance(left, Series) and isinstance(right, Series) and left.is_truth and right.is_truth
        word = "AND" if isinstance(operation, ast.BitAnd) else "OR"
        return _made(base, f"({one} {word} {other})", place, is_truth=True) if both else None
    sign = _OPERATORS.get(type(operation))
    texts = any(isinstance(v, Const) and isinstance(v.value, str) for v in (left, right))
    return _made(base, f"({one} {sign} {other})", place) if sign and not texts else None


def compared(left: Series, operation: ast.cmpop, right: Any, place: Place) -> Any:
    """A condition. A missing value is not equal to anything, and neither more nor less: pandas says so too, and `!=` is true of it."""
    one, other = sql_of(left), sql_of(right)
    if one is None or other is None:
        return None
    if isinstance(operation, ast.NotEq):
        return _made(left, f"({one} IS DISTINCT FROM {other})", place, right, is_truth=True)
    sign = _COMPARISONS.get(type(operation))
    return _made(left, f"({one} {sign} {other})", place, right, is_truth=True) if sign else None


def negated(inner: Series, place: Place) -> Any:
    """`~condition`: true where the condition is missing, as pandas has it."""
    return _made(inner, f"({inner.sql} IS NOT TRUE)", place, is_truth=True) if inner.is_truth else None


def missing(column: Series, place: Place, *, known: bool) -> Series | None:
    sql = sql_of(column)
    return _made(column, f"({sql} IS {'NOT ' if known else ''}NULL)", place, is_truth=True) if sql else None


def among(column: Series, values: Any, place: Place) -> Series | None:
    """`column.isin([…])`."""
    sql = sql_of(column)
    if sql is None or not isinstance(values, Const) or not isinstance(values.value, list | tuple) or not values.value:
        return None
    items = [sql_of(Const(v, place)) for v in values.value]
    if any(item is None for item in items):
        return None
    return _made(column, f"coalesce({sql} IN ({', '.join(map(str, items))}), false)", place, values, is_truth=True)


def is_over(frame: Frame, series: Any) -> bool:
    """Whether a condition is of these rows: the same file and steps."""
    return isinstance(series, Series) and series.frame.read == frame.read and series.frame.steps == frame.steps


_PARTS = {
    "hour": "hour({})",
    "day": "day({})",
    "month": "month({})",
    "year": "year({})",
    "minute": "minute({})",
    "dayofweek": "isodow({}) - 1",
    "weekday": "isodow({}) - 1",
    "dayofyear": "dayofyear({})",
}
"""pandas' parts of a time -> SQL; its week begins with Monday as 0."""


def part_of_time(column: Any, name: str, place: Place) -> Any:
    """`column.dt.hour`."""
    sql = sql_of(column) if isinstance(column, Series) else None
    return _made(column, _PARTS[name].format(sql), place) if sql and name in _PARTS else None
