"""All checks in one aggregate query (many hundreds in a few); rows are looked for only where a check failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mlspec.runtime.tables import ROW, aggregate, failure
from mlspec.runtime.validate import means
from mlspec.runtime.validate.check import Check, Outcome
from mlspec.runtime.validate.sorted_numbers import has_equal_rows

MANY = 200_000
"""Rows from which on hashes are sorted to see whether values repeat."""


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
    unique = _differing(connection, checks)
    asked = [c for c in checks if c.differ not in unique]
    try:
        values = aggregate(connection, "data", [c.measure for c in asked]) if asked else []
    except duckdb.Error:
        values = [_alone(connection, check) for check in asked]
    answers = iter(values)
    found: list[Any] = [0 if c.differ in unique else next(answers) for c in checks]
    found = [v if c.mean_of is None else means.settled(connection, c.mean_of, v, c.verdict) for c, v in zip(checks, found, strict=True)]
    return [Outcome(c, v, c.verdict(v)) for c, v in zip(checks, found, strict=True)]


def _differing(connection: Any, checks: Sequence[Check]) -> frozenset[str | None]:
    """What surely no two rows share, where there are many: DuckDB counts distinct values in five times the time, and in more memory."""
    wanted = {c.differ for c in checks if c.differ is not None}
    count = int(connection.execute("SELECT count(*) FROM data").fetchone()[0]) if wanted else 0
    return frozenset(row for row in wanted if count >= MANY and not has_equal_rows(connection, "data", row, count))


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
