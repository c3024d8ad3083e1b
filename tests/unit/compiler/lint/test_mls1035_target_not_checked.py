"""MLS1035: nothing checks the target."""

from __future__ import annotations

from support.lint import RULES, edited, told


def test_it_tells() -> None:
    specs = edited((RULES, "column: count", "column: price"))
    assert told("MLS1035", specs) == [(RULES, "rules", "no rule looks at `count`, which `model/demand` learns to predict")]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told("MLS1035", edited((RULES, "    - {column: count, notNull: true, between: [0, 1000]}\n", '    - expression: "count >= 0"\n')))
        == []
    )
