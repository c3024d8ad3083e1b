"""MLS1044: A server listens to the whole network."""

from __future__ import annotations

from support.lint import CLEAN, TARGET, edited, told


def test_it_tells() -> None:
    specs = edited((TARGET, "127.0.0.1", "0.0.0.0"))
    assert told("MLS1044", specs) == [(TARGET, "0.0.0.0", "the host `0.0.0.0` is every interface, and the server asks nobody who they are")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1044", CLEAN) == []
