"""Aggregates over a relation, in queries of a bounded size."""

from __future__ import annotations

import pytest

from mlspec.runtime import tables


@pytest.mark.parametrize(("count", "queries"), [(0, 0), (1, 1), (60, 1), (61, 2), (2_000, 34)])
def test_many_aggregates_are_asked_for_in_parts_and_come_back_in_order(count: int, queries: int) -> None:
    asked: list[str] = []

    class Connection:
        """Answers `SELECT 0 + 5, 0 + 6 FROM rows` with (5, 6)."""

        def execute(self, query: str) -> Connection:
            asked.append(query)
            return self

        def fetchall(self) -> list[tuple[int, ...]]:
            return [tuple(int(item.split("+")[1]) for item in asked[-1].removeprefix("SELECT ").removesuffix(" FROM rows").split(","))]

    assert tables.aggregate(Connection(), "rows", [f"0 + {i}" for i in range(count)]) == list(range(count))
    assert len(asked) == queries
