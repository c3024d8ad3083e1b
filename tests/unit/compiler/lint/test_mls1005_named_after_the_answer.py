"""MLS1005: A feature is named after the answer."""

from __future__ import annotations

from support.lint import MODEL, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited(
        (SOURCE, "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: log_count, type: number}\n")
    )
    assert told("MLS1005", specs) == [(MODEL, "data", "the feature `log_count` is named like the target in another form")]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1005",
            edited(
                (
                    SOURCE,
                    "    - {name: count, type: integer}\n",
                    "    - {name: count, type: integer}\n    - {name: log_price, type: number}\n",
                )
            ),
        )
        == []
    )
