"""All checks in one aggregate query (many hundreds in a few); rows are looked for only where a check failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mlspec.runtime.tables import ROW, aggregate, counted, failure
from mlspec.runtime.validate import means
from mlspec.runtime.validate.check import Check, Outcome
from mlspec.runtime.validate.sorted_numbers import has_equal_rows, rises
from mlspec.runtime.validate.texts import counts_of_texts

MANY = 200_000
"""Rows from which on more is looked at than one query needs: hashes, to see whether values repeat; how many values a text has."""


class Engine(Protocol):
    """Who looks at the rows: what comes of checks, which rows break one, and without which rows from then on."""

    def measure(self, checks: Sequence[Check]) -> list[Outcome]: ...
    def bad_rows(self, outcome: Outcome) -> list[int]: ...
    def exclude(self, rows: Sequence[int]) -> None: ...


@dataclass(frozen=True, slots=True)
class Here:
    """DuckDB, in this process."""

    connection: Any

    def measure(self, checks: Sequence[Check]) -> list[Outcome]:
        return measure(self.connection, checks)

    def bad_rows(self, outcome: Outcome) -> list[int]:
        return bad_rows(self.connection, outcome)

    def exclude(self, rows: Sequence[int]) -> None:
        exclude(self.connection, rows)


def measure(connection: Any, checks: Sequence[Check]) -> list[Outcome]:
    """Return what came of each check, in order. Raises MLS0631 for the check whose SQL fails."""
    import duckdb

    if not checks:
        return []
    count = _rows(connection, checks)
    many = count >= MANY
    unique = _differing(connection, checks, count) if many else frozenset()
    counts = _texts(connection, checks) if many else {}
    asked = [c for c in checks if c.differ not in unique and id(c) not in counts]
    try:
        values = aggregate(connection, "data", [counted(c.of_text) if many and c.of_text else c.measure for c in asked]) if asked else []
    except duckdb.Error:
        values = [_alone(connection, check) for check in asked]
    known = {id(c): 0 for c in checks if c.differ in unique} | counts | dict(zip(map(id, asked), values, strict=True))
    found = [known[id(c)] if c.mean_of is None else means.settled(connection, c.mean_of, known[id(c)], c.verdict) for c in checks]
    return [Outcome(c, v, c.verdict(v)) for c, v in zip(checks, found, strict=True)]


def _rows(connection: Any, checks: Sequence[Check]) -> int:
    """How many rows there are, where that makes a difference."""
    if all(c.differ is None and c.of_text is None for c in checks):
        return 0
    return int(connection.execute("SELECT count(*) FROM data").fetchone()[0])


def _differing(connection: Any, checks: Sequence[Check], count: int) -> frozenset[str | None]:
    """What surely no two rows share: DuckDB counts distinct values in five times the time, and in more memory."""
    wanted = {c.differ: c.columns for c in checks if c.differ is not None}
    return frozenset(row for row, columns in wanted.items() if _differ(connection, row, columns, count))


def _differ(connection: Any, row: str, columns: Sequence[str], count: int) -> bool:
    return (len(columns) == 1 and rises(connection, "data", columns[0])) or not has_equal_rows(connection, "data", row, count)


def _texts(connection: Any, checks: Sequence[Check]) -> dict[int, Any]:
    import duckdb

    try:
        return counts_of_texts(connection, checks)
    except duckdb.Error:
        return {}  # who fails is found by asking all


def _alone(connection: Any, check: Check) -> Any:
    """Measure one check by itself, to find the one that fails."""
    import duckdb

    try:
        return aggregate(connection, "data", [check.measure])[0]
    except duckdb.Error as error:
        raise failure(f"rule `{check.rule}`", error, "MLS0631") from error


def bad_rows(connection: Any, outcome: Outcome) -> list[int]:
    """The numbers of the rows that break a check, in order."""
    if outcome.rows is not None:
        return list(outcome.rows)
    if outcome.check.bad_rows is None:
        return []
    return [int(n) for (n,) in connection.execute(f"SELECT {ROW} FROM ({outcome.check.bad_rows}) ORDER BY {ROW}").fetchall()]


def exclude(connection: Any, rows: Sequence[int]) -> None:
    """Take rows out of `data`; they stand in the table `bad` from then on."""
    import pyarrow as pa

    connection.register("bad_numbers", pa.table({ROW: pa.array(rows, pa.int64())}))
    connection.execute(f"CREATE TABLE bad AS SELECT {ROW} FROM bad_numbers")
    connection.unregister("bad_numbers")
    connection.execute(f"CREATE OR REPLACE VIEW data AS SELECT * FROM checked WHERE {ROW} NOT IN (SELECT {ROW} FROM bad)")
