"""MLS1046: nobody owns what is in production."""

from __future__ import annotations

from support.lint import MODEL, PRODUCTION, edited, told


def test_it_tells() -> None:
    specs = edited((MODEL, ', owner: "@acme/sales"', ""))
    assert told("MLS1046", specs) == [(PRODUCTION, "demand", "neither `deployment/production/demand` nor its model says who owns it")]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1046",
            edited((MODEL, ', owner: "@acme/sales"', ""), (PRODUCTION, "environment: production", "environment: production, owner: ada")),
        )
        == []
    )
