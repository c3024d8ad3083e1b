"""MLS1008: the target looks ahead, and the split leaves no gap."""

from __future__ import annotations

import pytest
from support.lint import MODEL, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited((SOURCE, "", '  clean:\n    - derive: {column: count, sql: "lead(count) OVER (ORDER BY day)"}\n'))
    assert told("MLS1008", specs) == [(MODEL, "time", "the target `count` looks ahead, and no gap parts training from test")]


TWINS = [
    edited(
        (SOURCE, "", '  clean:\n    - derive: {column: count, sql: "lead(count) OVER (ORDER BY day)"}\n'),
        (MODEL, "test: 25%", "test: 25%, gap: 24h"),
    ),
    edited((SOURCE, "", '  clean:\n    - derive: {column: count, sql: "lag(count) OVER (ORDER BY day)"}\n')),
]


@pytest.mark.parametrize("specs", TWINS)
def test_it_is_silent_on_the_twins(specs: dict[str, str]) -> None:
    assert told("MLS1008", specs) == []
