"""MLS1030: an HTTP source is not pinned."""

from __future__ import annotations

from support.lint import SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited((SOURCE, "file: {path: data/sales.csv}", 'http: {url: "https://data.example.org/sales.csv"}'))
    assert told("MLS1030", specs) == [
        (SOURCE, '"https://data.example.org/sales.csv"', "nothing pins what `source/sales` downloads: it may change without notice")
    ]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1030",
            edited(
                (
                    SOURCE,
                    "file: {path: data/sales.csv}",
                    'http: {url: "https://data.example.org/sales.csv", sha256: 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a}',
                )
            ),
        )
        == []
    )
