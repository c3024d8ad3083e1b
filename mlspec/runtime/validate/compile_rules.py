"""The section's rules -> checks; what SQL can't answer in one aggregate (drift, Python) is left as rules of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.runtime.context import Context
from mlspec.runtime.tables import need_column
from mlspec.runtime.validate import table_checks as table
from mlspec.runtime.validate.check import Check, not_null
from mlspec.runtime.validate.column_checks import column_checks
from mlspec.runtime.validate.fresh import fresh
from mlspec.runtime.validate.references import references


def compile_rules(context: Context, connection: Any, columns: Mapping[str, str], before: int | None) -> list[Check]:
    """Return the checks of the key and of every rule. Raises all problems of all rules at once: MLS0620, MLS0623, MLS0631."""
    found: list[Check] = []
    problems: list[Diagnostic] = []
    sources: list[Iterator[Check]] = [_key_checks(context.params.get("key", ()), columns)]
    sources += [of_rule(context, connection, rule, columns, before) for rule in context.params.get("rules", ())]
    for checks in sources:
        try:
            found += checks
        except Problems as wrong:
            problems += wrong.diagnostics
    if problems:
        raise Problems(problems)
    return found


def _key_checks(key: list[str], columns: Mapping[str, str]) -> Iterator[Check]:
    """The declared key names a row: unique, and never missing."""
    for name in key:
        need_column(name, columns, "the declared key")
        yield not_null("key", "fail", f"notNull.{name}", name)
    if key:
        yield table.unique("key", "fail", key, columns)


def of_rule(
    context: Context | None, connection: Any, rule: Mapping[str, Any], columns: Mapping[str, str], before: int | None
) -> Iterator[Check]:
    """Yield the checks of one rule."""
    makers: Mapping[str, Callable[[], Check]] = {
        "unique": lambda: table.unique(rule["name"], rule["onFailure"], rule["unique"], columns),
        "expression": lambda: table.expression(connection, rule, columns),
        "references": lambda: references(context, connection, rule, columns),  # type: ignore[arg-type]  # they need one
        "rowCount": lambda: table.row_count(rule),
        "rowCountChange": lambda: table.row_count_change(rule, before),
        "classBalance": lambda: table.class_balance(rule, columns),
        "sql": lambda: table.sql_rule(connection, rule),
    }
    if "column" in rule:
        yield from column_checks(connection, rule, columns)
    if "fresh" in rule:
        yield from fresh(rule, columns, datetime.now(UTC))
    for key in makers.keys() & rule.keys():
        yield makers[key]()
