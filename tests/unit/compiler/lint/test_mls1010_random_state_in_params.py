"""MLS1010: `random_state` overrides the seed."""

from __future__ import annotations

from support.lint import MODEL, edited, told


def test_it_tells() -> None:
    specs = edited((MODEL, "{alpha: 1.0}", "{alpha: 1.0, random_state: 42}"))
    assert told("MLS1010", specs) == [(MODEL, "random_state", "`random_state` among the params overrides the model's seed")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1010", edited((MODEL, "  estimator:", "  seed: 42\n  estimator:"))) == []
