"""One rule, taken apart into what can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics.words import duration, percent
from mlspec.language.kinds.validation_rules import Rule
from mlspec.promotion.loosening.sides import number

Limits = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """`key`, `exact`, `limits`, `members`: as a Condition has them. `text`: for people."""

    key: tuple[str, ...]
    text: str
    limits: Limits = ()
    exact: str = ""
    members: frozenset[str] = frozenset()


def parts(rule: Rule) -> Iterator[Part]:
    """Everything that a rule asks; several parts for a column with several checks, and for a range with two ends."""
    if rule.column is not None:
        yield from _column(rule.column, rule)
        return
    yield from _counts(rule)
    yield from _tables(rule)
    yield from _free(rule)


def _counts(rule: Rule) -> Iterator[Part]:
    if rule.row_count:
        yield from _range(("rowCount",), "rowCount", rule.row_count.min, rule.row_count.max)
    if rule.row_count_change:
        for name, share in (("maxDecrease", rule.row_count_change.max_decrease), ("maxIncrease", rule.row_count_change.max_increase)):
            if share is not None:
                yield Part(("rowCountChange", name), f"rowCountChange {name} {percent(share, 6)}", ((name, share),))
    if rule.class_balance:
        text = f"classBalance of {rule.class_balance.column}: min {percent(rule.class_balance.min, 6)}"
        yield Part(("classBalance", rule.class_balance.column), text, (("min", -rule.class_balance.min),))


def _tables(rule: Rule) -> Iterator[Part]:
    if rule.unique is not None:
        yield Part(("unique",), f"unique: {', '.join(rule.unique)}", members=frozenset(rule.unique))
    if rule.references:
        goal = f"{rule.references.source}.{rule.references.key}"
        yield Part(("references", rule.references.column), f"references: {rule.references.column} in {goal}", exact=goal)
    if rule.fresh:
        text = f"fresh: {rule.fresh.column} within {duration(rule.fresh.within)}"
        yield Part(("fresh", rule.fresh.column), text, (("within", rule.fresh.within),))
    if rule.drift:
        for column in rule.drift.columns:
            kind = f"{rule.drift.method} against {rule.drift.against}"
            yield Part(("drift", column), f"drift of {column}: {kind}, max {number(rule.drift.max)}", (("max", rule.drift.max),), kind)


def _free(rule: Rule) -> Iterator[Part]:
    """What only its author can compare: SQL and Python."""
    if rule.expression is not None:
        text = " ".join(rule.expression.split())
        yield Part(("expression",), f"expression: {text}", exact=text)
    if rule.sql:
        query = " ".join(rule.sql.query.split())
        yield from _range(("sql",), f"sql: {query}", rule.sql.min, rule.sql.max, exact=query)
    if rule.python:
        given = "".join(f", {key} {text}" for key, text in rule.python.canonical().items() if key != "callable")
        yield Part(("python",), f"python: {rule.python.callable}{given}", exact=rule.python.callable + given)


def _column(column: str, rule: Rule) -> Iterator[Part]:
    missing = 0.0 if rule.not_null else rule.max_missing
    if missing is not None:
        yield Part(
            ("missing", column),
            f"{column}: {'notNull' if rule.not_null else f'maxMissing {percent(missing, 6)}'}",
            (("maxMissing", missing),),
        )
    if rule.between is not None:
        yield from _range(("between", column), column, *rule.between)
    if rule.in_ is not None:
        text = f"{column} in [{', '.join(map(str, rule.in_))}]"
        yield Part(("in", column), text, members=frozenset(f"{type(v).__name__} {v}" for v in rule.in_))
    if rule.matches is not None:
        yield Part(("matches", column), f"{column} matches {rule.matches}", exact=rule.matches)
    if rule.mean:
        yield from _range(("mean", column), f"mean of {column}", *_ends(rule.mean))
    if rule.quantile:
        q = number(rule.quantile.q)
        yield from _range(("quantile", column, q), f"quantile {q} of {column}", *_ends(rule.quantile))


def _ends(bounds: Any) -> tuple[float | None, float | None]:
    """The stricter one of `between` and `min`/`max`, at either end."""
    low, high = bounds.between or (None, None)
    lows, highs = ([v for v in pair if v is not None] for pair in ((low, bounds.min), (high, bounds.max)))
    return max(lows, default=None), min(highs, default=None)


def _range(key: tuple[str, ...], name: str, low: float | None, high: float | None, exact: str = "") -> Iterator[Part]:
    if low is not None:
        yield Part((*key, "min"), f"{name} >= {number(low)}", (("min", -low),), exact)
    if high is not None:
        yield Part((*key, "max"), f"{name} <= {number(high)}", (("max", high),), exact)
