"""MLS1037: A column that turns up becomes a feature."""

from __future__ import annotations

import pytest
from support.lint import MODEL, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited((SOURCE, "", "  extraColumns: keep\n"))
    assert told("MLS1037", specs) == [(SOURCE, "keep", "a column that turns up becomes a feature of `model/demand`")]


TWINS = [
    edited((SOURCE, "", "  extraColumns: keep\n"), (MODEL, "  split:", "  features: {include: [shop, price]}\n  split:")),
    edited((SOURCE, "", "  extraColumns: drop\n")),
]


@pytest.mark.parametrize("specs", TWINS)
def test_it_is_silent_on_the_twins(specs: dict[str, str]) -> None:
    assert told("MLS1037", specs) == []
