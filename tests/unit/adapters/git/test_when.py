"""Dates of commits and tags: whatever text stands there, it is a moment that `datetime` can hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mlspec.adapters.git.when import LAST, instant, unix_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("1767225600", 1_767_225_600), (str(LAST), LAST), (str(LAST + 1), LAST), ("9" * 5000, LAST), ("", 0), ("-5", 0), ("x", 0), ("1.5", 0), ("١٢", 0),
        (" 1", 0),
    ],
)  # fmt: skip
def test_every_date_is_in_the_calendar(text: str, seconds: int) -> None:
    assert unix_seconds(text) == seconds
    assert datetime.fromtimestamp(unix_seconds(text) + 365 * 24 * 3600 - 1, UTC).year >= 1970


def test_an_instant_is_utc_in_whole_seconds() -> None:
    assert instant(0) == "1970-01-01T00:00:00Z"
    assert instant(1_767_225_661) == "2026-01-01T00:01:01Z"
