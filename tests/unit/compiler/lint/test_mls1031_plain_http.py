"""MLS1031: data comes over plain HTTP."""

from __future__ import annotations

import pytest
from support.lint import SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited((SOURCE, "file: {path: data/sales.csv}", 'http: {url: "http://data.example.org/sales.csv"}'))
    assert told("MLS1031", specs) == [
        (SOURCE, '"http://data.example.org/sales.csv"', "the data comes over plain HTTP: anybody on the way can change it")
    ]


TWINS = [
    edited((SOURCE, "file: {path: data/sales.csv}", 'http: {url: "http://127.0.0.1:8000/sales.csv"}')),
    edited(
        (
            SOURCE,
            "file: {path: data/sales.csv}",
            'http: {url: "http://data.example.org/sales.csv", sha256: 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a}',
        )
    ),
]


@pytest.mark.parametrize("specs", TWINS)
def test_it_is_silent_on_the_twins(specs: dict[str, str]) -> None:
    assert told("MLS1031", specs) == []
