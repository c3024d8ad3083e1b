"""MLS1003: A feature is made from the row's own target."""

from __future__ import annotations

import pytest
from support.lint import MODEL, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited(
        (SOURCE, "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: level, type: number}\n"),
        (SOURCE, "", '  clean:\n    - derive: {column: level, sql: "avg(count) OVER (ORDER BY day)"}\n'),
    )
    assert told("MLS1003", specs) == [(MODEL, "data", "the feature `level` is made from the target `count` of the same row")]


TWINS = [
    edited(
        (SOURCE, "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: level, type: number}\n"),
        (
            SOURCE,
            "",
            '  clean:\n    - derive: {column: level, sql: "avg(count) OVER (ORDER BY day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING)"}\n',
        ),
    ),
    edited(
        (SOURCE, "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: level, type: number}\n"),
        (SOURCE, "", '  clean:\n    - derive: {column: level, sql: "lag(count) OVER (ORDER BY day)"}\n'),
    ),
]


@pytest.mark.parametrize("specs", TWINS)
def test_it_is_silent_on_the_twins(specs: dict[str, str]) -> None:
    assert told("MLS1003", specs) == []
