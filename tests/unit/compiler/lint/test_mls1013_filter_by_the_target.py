"""MLS1013: rows are chosen by the answer."""

from __future__ import annotations

from support.lint import MODEL, edited, told


def test_it_tells() -> None:
    specs = edited((MODEL, "  target:", "  where: count > 0 AND price > 1\n  target:"))
    assert told("MLS1013", specs) == [
        (MODEL, "count > 0 AND price > 1", "`where` chooses rows by the target `count`, which nobody knows when the model is asked")
    ]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1013", edited((MODEL, "  target:", "  where: price > 1 AND count IS NOT NULL\n  target:"))) == []
