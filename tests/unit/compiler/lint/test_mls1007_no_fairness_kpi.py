"""MLS1007: A protected attribute is a feature, and no KPI compares its groups."""

from __future__ import annotations

from support.lint import KPIS, MODEL, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited(
        (SOURCE, "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: gender, type: string}\n")
    )
    assert told("MLS1007", specs) == [(MODEL, "data", "the model is given `gender`, and no KPI compares its groups")]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1007",
            edited(
                (
                    SOURCE,
                    "    - {name: count, type: integer}\n",
                    "    - {name: count, type: integer}\n    - {name: gender, type: string}\n",
                ),
                (KPIS, "", "    - {metric: mae, by: gender, maxDifference: 5}\n"),
            ),
        )
        == []
    )
