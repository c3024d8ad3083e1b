"""MLS1033: no rule of a source stops anything."""

from __future__ import annotations

from support.lint import RULES, edited, told


def test_it_tells() -> None:
    specs = edited((RULES, "  rules:", "  onFailure: warn\n  rules:"))
    assert told("MLS1033", specs) == [(RULES, "warn", "no rule of `source/sales` stops anything: all of them only warn")]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1033", edited((RULES, "  rules:", "  onFailure: warn\n  rules:"), (RULES, "{min: 20}", "{min: 20}\n      onFailure: fail"))
        )
        == []
    )
