"""MLS1036: A source that a model learns from declares no columns."""

from __future__ import annotations

from support.lint import CLEAN, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited(
        (
            SOURCE,
            "  columns:\n    - {name: day, type: date}\n    - {name: shop, type: string}\n    - {name: price, type: number}\n    - {name: count, type: integer}\n",
            "",
        )
    )
    assert told("MLS1036", specs) == [
        (SOURCE, "sales", "`source/sales` declares no columns: types are guessed, and what turns up becomes a feature")
    ]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1036", CLEAN) == []
