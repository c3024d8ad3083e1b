"""Dates as Git tells them (`%ct`, `taggerdate:unix`): whoever makes a commit or a tag writes any text there, and nobody else checks it."""

from __future__ import annotations

from datetime import UTC, datetime

LAST = 253_370_764_800
"""1 January 9999, UTC: the calendar ends a year later, and what adds to a date must not fall off it."""


def unix_seconds(text: str) -> int:
    """Unix seconds of a date that `datetime` can hold. No number counts as 1970, as for Git itself; what is later than `LAST`, as that."""
    if not (text.isascii() and text.isdigit()):
        return 0
    return min(int(text), LAST) if len(text) <= len(str(LAST)) else LAST


def instant(seconds: int) -> str:
    """A moment as records write it: UTC, whole seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
