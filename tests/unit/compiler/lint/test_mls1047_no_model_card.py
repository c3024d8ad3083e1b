"""MLS1047: A model in production has no card."""

from __future__ import annotations

from support.lint import MODEL, PRODUCTION, edited, told, without


def test_it_tells() -> None:
    specs = edited((MODEL, ", limitations: Not for new shops.", ""))
    assert told("MLS1047", specs) == [(MODEL, "demand", "`model/demand` goes to production, and its card does not say: limitations")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1047", without(edited((MODEL, ", limitations: Not for new shops.", "")), PRODUCTION)) == []
