"""What a person reads of a broken rule: rule, column, count, share, and the first rows with their keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.words import PERSONAL
from mlspec.runtime.clean.casting import show
from mlspec.runtime.tables import ROW, ident, literals
from mlspec.runtime.validate.check import Outcome, share_text
from mlspec.runtime.validate.measure import Engine

SHOWN_ROWS = 5
_HELP = {
    "fail": "clean the data, change the rule, or set its `onFailure` to warn or quarantine",
    "warn": "nothing stops: the rule's `onFailure` is warn",
    "quarantine": "these rows stand in quarantine.parquet; the others go on",
}
_TABLE_HELP = "clean the data, or change the rule; no rows can be put aside for what is true of the table only"
_CODES = {"fail": "MLS0630", "warn": "MLS0632", "quarantine": "MLS0633"}


def diagnostic(connection: Any, engine: Engine, outcome: Outcome, total: int, key: Sequence[str], pii: frozenset[str]) -> Diagnostic:
    """Return the finding for an outcome that does not hold. `total`: rows of the table. Values of `pii` columns are masked.

    `engine` says which rows break the check, `connection` shows them.
    """
    check, status = outcome.check, outcome.status
    who = f"rule `{check.rule}`: " + (f"column `{check.column}`: " if check.column else "")
    rows = engine.bad_rows(outcome)
    count = len(rows) or (outcome.value if check.key == "python" and outcome.value is not False else 0)
    message = f"{who}{share_text(count, total)} {outcome.found}" if count else f"{who}{outcome.found}"
    shown = _rows(connection, rows[:SHOWN_ROWS], key, check.columns, pii)
    fix = _TABLE_HELP if status == "fail" and check.on_failure == "quarantine" else _HELP[status]
    return Diagnostic(_CODES[status], "\n".join([message, *shown]), help=fix, severity="error" if status == "fail" else "warning")


def _rows(connection: Any, rows: Sequence[int], key: Sequence[str], columns: Sequence[str], pii: frozenset[str]) -> list[str]:
    """One line a row: `row 5 (timestamp = 2011-01-01 05:00:00): hour = 25`."""
    if not rows:
        return []
    names = list(dict.fromkeys([*key, *columns]))
    items = ", ".join([ROW, *(f"CAST({ident(n)} AS VARCHAR)" for n in names)])
    query = f"SELECT {items} FROM checked WHERE {ROW} IN ({literals(rows)}) ORDER BY {ROW}"
    return [_line(n, dict(zip(names, values, strict=True)), key, columns, pii) for n, *values in connection.execute(query).fetchall()]


def _line(number: int, values: dict[str, Any], key: Sequence[str], columns: Sequence[str], pii: frozenset[str]) -> str:
    def pair(name: str) -> str:
        value = values[name]
        return f"{name} = {'missing' if value is None else PERSONAL if name in pii else show(value)[1:-1]}"

    ids = ", ".join(pair(n) for n in key)
    rest = ", ".join(pair(n) for n in columns if n not in key)
    return f"row {number}" + (f" ({ids})" if ids else "") + (f": {rest}" if rest else "")
