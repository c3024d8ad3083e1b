"""MLS1006: personal data is among the features."""

from __future__ import annotations

from support.lint import MODEL, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited(
        (SOURCE, "{name: shop, type: string}", "{name: shop, type: string, pii: true}"), (SOURCE, "key: [day, shop]", "key: [day]")
    )
    assert told("MLS1006", specs) == [(MODEL, "data", "the feature `shop` is personal data")]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1006",
            edited(
                (SOURCE, "{name: shop, type: string}", "{name: shop, type: string, pii: true}"),
                (SOURCE, "key: [day, shop]", "key: [day]"),
                (MODEL, "  split:", "  features: {exclude: [shop]}\n  split:"),
            ),
        )
        == []
    )
