"""Checks of one column: notNull, between, in, matches by row; maxMissing, mean, quantile of the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.words import percent, some
from mlspec.runtime.clean.casting import is_number, missing_count, spelled
from mlspec.runtime.clean.values import are_values, value_sql
from mlspec.runtime.tables import ident, literal, need_column
from mlspec.runtime.validate import means
from mlspec.runtime.validate.check import Check, not_null, number_text, row_check
from mlspec.runtime.validate.plain_patterns import like


def column_checks(connection: Any, rule: Mapping[str, Any], columns: Mapping[str, str]) -> Iterator[Check]:
    """Yield the checks of a rule that names a `column`. A missing value passes all but `notNull` and `maxMissing`."""
    name, who = rule["column"], f"rule `{rule['name']}`"
    need_column(name, columns, who)
    for key in ("between", "mean", "quantile"):
        if key in rule:
            need_number(name, columns, who, key)
    if rule.get("notNull"):
        yield not_null(rule["name"], rule["onFailure"], "notNull", name)
    if "between" in rule:
        low, high = rule["between"]
        bad = f"{ident(name)} NOT BETWEEN {literal(low)} AND {literal(high)}"
        yield _by_row(rule, "between", bad, f"are not between {number_text(low)} and {number_text(high)}")
    if "in" in rule:
        yield _by_row(
            rule, "in", f"NOT {_among(connection, name, columns[name], rule['in'], who)}", f"are not one of {some(rule['in'], 8)}"
        )
    if "matches" in rule:
        yield _matches(rule, columns[name])
    if "maxMissing" in rule:
        yield _max_missing(rule, columns[name])
    if "mean" in rule:
        yield _mean(rule, columns[name])
    if "quantile" in rule:
        q = rule["quantile"]["q"]
        measure = f"quantile_cont(CAST({ident(name)} AS DOUBLE), {literal(q)})"
        yield _statistic(rule, "quantile", measure, f"the {number_text(q)} quantile", rule["quantile"])


def need_number(name: str, columns: Mapping[str, str], who: str, what: str) -> None:
    """Raise MLS0631 when a check that needs numbers names another column."""
    if not is_number(columns[name]):
        message = f"{who}: `{what}` needs numbers, and column `{name}` is {columns[name].casefold()}"
        raise problem("MLS0631", message, help="declare the column as integer or number, or check it with `in` or `matches`")


def _by_row(rule: Mapping[str, Any], key: str, bad: str, what: str) -> Check:
    return row_check(rule["name"], rule["onFailure"], key, bad, what, rule["column"], (rule["column"],))


def _matches(rule: Mapping[str, Any], kind: str) -> Check:
    column, pattern = ident(rule["column"]), rule["matches"]
    bad = f"NOT regexp_full_match({spelled(column, kind)}, {literal(pattern)})"
    check, plain = _by_row(rule, "matches", bad, f"do not match {pattern}"), like(column, pattern)
    return replace(check, of_text=f"NOT {plain}" if plain else bad) if kind == "VARCHAR" else check


def _among(connection: Any, name: str, kind: str, values: list[Any], who: str) -> str:
    """The values are cast to the column's type, so that `1`, `1.0` and `"1"` are one number, and `2024-01-01` a timestamp, too."""
    wrong = [v for v, fits in zip(values, are_values(connection, values, kind), strict=True) if not fits]
    if wrong:
        message = f"{who}: column `{name}` is {kind.casefold()}, and `in` lists what is none: {some(wrong, 8)}"
        raise problem("MLS0631", message, help="list values of the column's type, or declare the column as string")
    return f"{ident(name)} IN ({', '.join(value_sql(v, kind) for v in values)})"


def _max_missing(rule: Mapping[str, Any], kind: str) -> Check:
    limit = rule["maxMissing"]

    def verdict(share: float | None) -> str | None:
        return f"{percent(share)} of the values are missing, more than {percent(limit)}" if share is not None and share > limit else None

    measure = f"{missing_count(ident(rule['column']), kind)} / count(*)"
    return Check(rule["name"], rule["onFailure"], "maxMissing", measure, verdict, rule["column"])


def _mean(rule: Mapping[str, Any], kind: str) -> Check:
    """Of whole numbers and decimals DuckDB adds up exactly; floating-point numbers, in what order its threads come."""
    column = ident(rule["column"])
    check = _statistic(rule, "mean", f"avg({column})", "the mean", rule["mean"])
    if kind not in ("FLOAT", "DOUBLE"):
        return check
    number = f"CAST({column} AS DOUBLE)"
    return replace(check, measure=means.estimate(number), mean_of=number)


def _statistic(rule: Mapping[str, Any], key: str, measure: str, what: str, bounds: Mapping[str, Any]) -> Check:
    def verdict(value: float | None) -> str | None:
        if value is None or value != value:  # noqa: PLR0124 - NaN
            return f"{what} can't be told: {'there is no value' if value is None else 'there are endless numbers'}"
        broken = out_of_bounds(value, bounds)
        return f"{what} is {number_text(value)}, {broken}" if broken else None

    return Check(rule["name"], rule["onFailure"], key, measure, verdict, rule["column"])


def out_of_bounds(value: float, bounds: Mapping[str, Any]) -> str | None:
    """How a number breaks `between`, `min` or `max`; None when it does not."""
    low, high = bounds.get("between", (None, None))
    if low is not None and not low <= value <= high:
        return f"not between {number_text(low)} and {number_text(high)}"
    if bounds.get("min") is not None and value < bounds["min"]:
        return f"less than {number_text(bounds['min'])}"
    if bounds.get("max") is not None and value > bounds["max"]:
        return f"more than {number_text(bounds['max'])}"
    return None
