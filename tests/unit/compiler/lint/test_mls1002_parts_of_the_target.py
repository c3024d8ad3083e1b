"""MLS1002: what the target is made of is among the features."""

from __future__ import annotations

import pytest
from support.lint import MODEL, RULES, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited(
        (
            SOURCE,
            "    - {name: count, type: integer}\n",
            "    - {name: count, type: integer}\n    - {name: north, type: integer}\n    - {name: south, type: integer}\n",
        ),
        (RULES, "", '    - expression: "count = north + south"\n'),
    )
    assert told("MLS1002", specs) == [
        (MODEL, "data", "the feature `north` is part of the target `count`"),
        (MODEL, "data", "the feature `south` is part of the target `count`"),
    ]


TWINS = [
    edited(
        (
            SOURCE,
            "    - {name: count, type: integer}\n",
            "    - {name: count, type: integer}\n    - {name: north, type: integer}\n    - {name: south, type: integer}\n",
        ),
        (RULES, "", '    - expression: "count = north + south"\n'),
        (MODEL, "  split:", "  features: {exclude: [north, south]}\n  split:"),
    ),
    edited(
        (SOURCE, "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: north, type: integer}\n"),
        (RULES, "", '    - expression: "count = 0 OR north > 0"\n'),
    ),
]


@pytest.mark.parametrize("specs", TWINS)
def test_it_is_silent_on_the_twins(specs: dict[str, str]) -> None:
    assert told("MLS1002", specs) == []
