"""One thing that is checked of the rows: how it is measured, when it holds, which rows break it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from mlspec.diagnostics.words import percent
from mlspec.runtime.tables import ROW, counted, ident


@dataclass(frozen=True, slots=True)
class Check:
    """`measure`: a SQL aggregate over `data`. `verdict(value)`: None when it holds, else what was found, in words.

    `bad_rows`: a query of the numbers of the rows that break it, None for what is true of the table only. A row check's measure is
    the number of those rows. `columns` are shown of each bad row, beside the key. `key`: what validation.json calls it. `differ`: SQL of
    what no two rows share; the measure need not be asked where none do. `mean_of`: SQL of a double whose mean the value is, in place of a
    measure: see `means.py`. `of_text`: the same as the measure counts, in words that are
    quicker where rows are many: true for a text of `column` that breaks it, see `texts.py`.
    """

    rule: str
    on_failure: str
    key: str
    measure: str
    verdict: Callable[[Any], str | None]
    column: str | None = None
    columns: tuple[str, ...] = ()
    bad_rows: str | None = None
    differ: str | None = None
    mean_of: str | None = None
    of_text: str | None = None

    @property
    def quarantines(self) -> bool:
        """Whether its bad rows are put aside. A check of the table has none: it fails instead."""
        return self.on_failure == "quarantine" and self.bad_rows is not None

    @property
    def warns(self) -> bool:
        return self.on_failure == "warn"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a check. `found`: what is wrong, in words; None when it holds. `rows`: numbers of bad rows when known in Python."""

    check: Check
    value: Any
    found: str | None
    rows: tuple[int, ...] | None = None

    @property
    def status(self) -> str:
        """pass, warn, quarantine or fail."""
        if self.found is None:
            return "pass"
        if self.check.warns:
            return "warn"
        by_row = self.check.bad_rows is not None or self.rows is not None
        return "quarantine" if self.check.on_failure == "quarantine" and by_row else "fail"


def row_check(rule: str, on_failure: str, key: str, bad: str, what: str, column: str | None, columns: tuple[str, ...]) -> Check:
    """A check of each row: `bad` is SQL that is true for a row that breaks it, `what` ends the sentence "3 rows …"."""
    rows = f"SELECT {ROW} FROM data WHERE {bad}"
    return Check(rule, on_failure, key, counted(bad), lambda n: what if n else None, column, columns, rows)


def not_null(rule: str, on_failure: str, key: str, column: str) -> Check:
    """No value of a column is missing. A plain count needs no look at the values."""
    check = row_check(rule, on_failure, key, f"{ident(column)} IS NULL", "are missing", column, (column,))
    return replace(check, measure=f"count(*) - count({ident(column)})")


def number_text(value: Any) -> str:
    """A number in a message."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def share_text(part: int, whole: int) -> str:
    """`3 of 17379 rows (0.01726%)`."""
    return f"{part} of {whole} rows ({'<0.01%' if 0 < part < whole / 10_000 else percent(part / whole if whole else 0.0)})"
