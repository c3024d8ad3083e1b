"""MLS1042: A model skips an environment on its way."""

from __future__ import annotations

from support.lint import CLEAN, PRODUCTION, STAGING, told, without


def test_it_tells() -> None:
    specs = without(CLEAN, STAGING)
    assert told("MLS1042", specs) == [(PRODUCTION, "production", "`model/demand` goes to production and skips staging")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1042", without(CLEAN, PRODUCTION)) == []
