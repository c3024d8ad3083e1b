"""ODCS's metrics and operators -> a rule: the plain one where there is one that names the rows, else a query with bounds.

Metrics count rows (or per cent of them), by the standard: `nullValues`, `missingValues`, `invalidValues`, `duplicateValues`, `rowCount`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

METRICS = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount")
OLDER = {"duplicateCount": "duplicateValues", "nullCount": "nullValues", "nullCheck": "nullValues", "validValues": "invalidValues"}
"""Names of ODCS 3.0, whose key is `rule`."""
OPERATORS = (
    *("mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo"),
    *("mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween"),
)


class NotUnderstoodError(Exception):
    """Why a check can't be a rule. It is the standard's, and told as not checked."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`metric` of `columns` (none for the table's), with its `arguments`; `percent`: of the rows, not their number."""

    metric: str
    columns: tuple[str, ...]
    arguments: Mapping[str, Any]
    percent: bool


def ident(name: str) -> str:
    """A name in SQL, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A text in SQL, whatever it holds."""
    return "'" + str(value).replace("'", "''") + "'"


def metric_rule(measure: Measure, operator: str, value: Any) -> dict[str, Any]:
    """The rule, as a spec would have it. Raises NotUnderstoodError."""
    if measure.metric != "rowCount" and not measure.columns:
        raise NotUnderstoodError(f"`{measure.metric}` of no column")
    if measure.metric != "rowCount" and _is_none(operator, value):
        return _no_row(measure)
    if measure.metric == "nullValues" and measure.percent and operator == "mustBeLessOrEqualTo" and 0 <= value <= 100:
        return {"column": measure.columns[0], "maxMissing": round(value / 100, 12)}
    if measure.metric == "rowCount" and measure.percent:
        raise NotUnderstoodError("`rowCount` in per cent")
    low, high = whole_bounds(operator, value) if not measure.percent else (None, None)
    if measure.metric == "rowCount" and (low, high) != (None, None) and not measure.percent:
        return {"rowCount": _bounds(max(low, 0) if low is not None else None, high)}
    return query_rule(_query(measure), operator, value, whole=not measure.percent)


def _is_none(operator: str, value: Any) -> bool:
    """Whether no row may be one of those that are counted."""
    return (operator in ("mustBe", "mustBeLessOrEqualTo") and value == 0) or (
        operator == "mustBeLessThan" and _is_number(value) and 0 < value <= 1
    )


def _no_row(measure: Measure) -> dict[str, Any]:
    column = measure.columns[0]
    if measure.metric == "nullValues":
        return {"column": column, "notNull": True}
    if measure.metric == "duplicateValues":
        return {"unique": list(measure.columns)}
    if measure.metric == "invalidValues" and set(measure.arguments) == {"validValues"}:
        return {"column": column, "in": _valid(measure)}
    if measure.metric == "invalidValues" and set(measure.arguments) == {"pattern"}:
        return {"column": column, "matches": searched(_pattern(measure))}
    return {"expression": f"NOT ({_bad(measure)})"}


def _bad(measure: Measure) -> str:
    """SQL that is true for a row that is counted, and never missing."""
    name = ident(measure.columns[0])
    if measure.metric == "nullValues":
        return f"{name} IS NULL"
    if measure.metric == "missingValues":
        values = measure.arguments.get("missingValues", [None, ""])
        if not isinstance(values, Sequence) or isinstance(values, str):
            raise NotUnderstoodError("`missingValues` that are no list")
        kept = [v for v in values if v is not None]
        return f"{name} IS NULL" + (f" OR {_is_one_of(name, kept)}" if kept else "")
    if not {"validValues", "pattern"} & set(measure.arguments):
        raise NotUnderstoodError("`invalidValues` without `validValues` or `pattern`")
    broken = []
    if "validValues" in measure.arguments:
        broken.append(f"NOT ({_is_one_of(name, _valid(measure))})")
    if "pattern" in measure.arguments:
        broken.append(f"NOT regexp_full_match(CAST({name} AS VARCHAR), {literal(searched(_pattern(measure)))})")
    return f"{name} IS NOT NULL AND ({' OR '.join(broken)})"


def _is_one_of(name: str, values: Sequence[Any]) -> str:
    """SQL: the value is one of these, as text or as a number (-999 is -999.0)."""
    texts = ", ".join(literal(str(v).lower() if isinstance(v, bool) else v) for v in values)
    numbers = ", ".join(repr(v) for v in values if _is_number(v))
    alike = f" OR coalesce(TRY_CAST({name} AS DOUBLE) IN ({numbers}), FALSE)" if numbers else ""
    return f"coalesce(CAST({name} AS VARCHAR) IN ({texts}), FALSE){alike}"


def _valid(measure: Measure) -> list[Any]:
    values = measure.arguments["validValues"]
    if not isinstance(values, list) or not [v for v in values if v is not None]:
        raise NotUnderstoodError("`validValues` that are no list")
    return [v for v in values if v is not None]


def _pattern(measure: Measure) -> str:
    if not isinstance(measure.arguments["pattern"], str):
        raise NotUnderstoodError("a `pattern` that is no text")
    return measure.arguments["pattern"]


def _query(measure: Measure) -> str:
    if measure.metric == "rowCount":
        count = "count(*)"
    elif measure.metric == "duplicateValues":
        count = f"count(*) - count(DISTINCT row({', '.join(map(ident, measure.columns))}))"
    else:
        count = f"count(*) FILTER (WHERE {_bad(measure)})"
    return f"SELECT {f'100.0 * ({count}) / greatest(count(*), 1)' if measure.percent else count} FROM data"


def query_rule(query: str, operator: str, value: Any, *, whole: bool = False) -> dict[str, Any]:
    """A query's one number against an operator. `whole`: it is a whole number, so that `< 5` is `<= 4`."""
    low, high = whole_bounds(operator, value) if whole else bounds(operator, value)
    if (low, high) != (None, None):
        return {"sql": {"query": query} | _bounds(low, high)}
    return {"sql": {"query": f"SELECT CASE WHEN {_holds(operator, value)} THEN 0 ELSE 1 END FROM (\n{query}\n) AS q(v)", "max": 0}}


def _bounds(low: Any, high: Any) -> dict[str, Any]:
    return ({} if low is None else {"min": low}) | ({} if high is None else {"max": high})


def bounds(operator: str, value: Any) -> tuple[Any, Any]:
    """(smallest, largest) number allowed; (None, None) where an operator is no such range. Raises NotUnderstoodError."""
    pair = operator.endswith("Between")
    numbers = value if pair else [value]
    if not isinstance(numbers, list) or not all(_is_number(n) for n in numbers) or len(numbers) != (2 if pair else 1):
        raise NotUnderstoodError(f"`{operator}` of what is no number")
    if pair and numbers[0] > numbers[1]:
        raise NotUnderstoodError(f"`{operator}` whose first number is the larger one")
    known = {"mustBe": (value, value), "mustBeGreaterOrEqualTo": (value, None), "mustBeLessOrEqualTo": (None, value)}
    return (numbers[0], numbers[1]) if operator == "mustBeBetween" else known.get(operator, (None, None))


def whole_bounds(operator: str, value: Any) -> tuple[Any, Any]:
    """The same for numbers that are whole."""
    low, high = bounds(operator, value)
    if operator == "mustBeGreaterThan":
        low = math.floor(value) + 1
    elif operator == "mustBeLessThan":
        high = math.ceil(value) - 1
    if operator == "mustBe" and value != int(value):
        return None, None
    return None if low is None else math.ceil(low), None if high is None else math.floor(high)


def _holds(operator: str, value: Any) -> str:
    if operator == "mustNotBeBetween":
        return f"v < {value[0]!r} OR v > {value[1]!r}"
    sign = {"mustBe": "=", "mustNotBe": "<>", "mustBeGreaterThan": ">", "mustBeLessThan": "<"}[operator]
    return f"v {sign} {value!r}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def searched(pattern: str) -> str:
    """A pattern of the standard, which may be found anywhere in a text, as one that the whole text must match."""
    if pattern.startswith("^(?:") and pattern.endswith(")$") and _is_balanced(pattern[4:-2]):
        return pattern[4:-2]
    plain = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$") and "|" not in pattern
    return pattern if plain else f"(?s:.*)(?:{pattern})(?s:.*)"


def _is_balanced(text: str) -> bool:
    """Whether every parenthesis of a pattern that closes was opened in it: then it may stand in a group of its own."""
    depth, at, inside = 0, 0, False
    while at < len(text) and depth >= 0 and not text.startswith("\\Q", at):
        char = text[at]
        if char == "\\":
            at += 1
        elif inside:
            inside = char != "]"
        elif char == "[":
            inside = True
            at += text.startswith(("]", "^"), at + 1) + text.startswith("^]", at + 1)
        else:
            depth += {"(": 1, ")": -1}.get(char, 0)
        at += 1
    return depth == 0 and at >= len(text)
