"""MLS1004: an identifier is among the features."""

from __future__ import annotations

import pytest
from support.lint import MODEL, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited(
        (SOURCE, "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: visit_id, type: string}\n")
    )
    assert told("MLS1004", specs) == [(MODEL, "data", "the feature `visit_id` names rows: it says nothing of the next one")]


TWINS = [
    edited(
        (SOURCE, "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: visit_id, type: string}\n"),
        (MODEL, "  split:", "  features: {categorical: [visit_id]}\n  split:"),
    ),
    edited(
        (SOURCE, "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: visit_id, type: string}\n"),
        (MODEL, "  split:", "  features: {exclude: [visit_id]}\n  split:"),
    ),
]


@pytest.mark.parametrize("specs", TWINS)
def test_it_is_silent_on_the_twins(specs: dict[str, str]) -> None:
    assert told("MLS1004", specs) == []
