"""DATE: a day means its end, a moment has a time zone, and nothing lies in the future."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mlspec.diagnostics import Problems
from mlspec.registry.history.moment import parse_moment

NOW = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)


def seconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-01", (2026, 5, 1, 23, 59, 59)),
        ("2026-05-10", (2026, 5, 10, 12)),
        ("2026-05-01T12:00Z", (2026, 5, 1, 12)),
        ("2026-05-01T12:00:30Z", (2026, 5, 1, 12, 0, 30)),
        ("2026-05-01T14:00+02:00", (2026, 5, 1, 12)),
        ("2026-05-01 00:30-05:30", (2026, 5, 1, 6)),
    ],
)
def test_days_and_moments_are_read(text: str, expected: tuple[int, ...]) -> None:
    assert parse_moment(text, NOW).seconds == seconds(*expected)


def test_the_oldest_day_of_the_calendar_is_read() -> None:
    assert parse_moment("0001-01-01", NOW).seconds < parse_moment("0001-01-02T00:00Z", NOW).seconds < 0


def test_it_says_what_a_day_means() -> None:
    assert parse_moment("2026-05-01", NOW).text == "the end of 2026-05-01 (UTC)"
    assert "not over yet" in parse_moment("2026-05-10", NOW).text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-05-11", "in the future"),
        ("2026-05-10T12:01Z", "in the future"),
        ("2026-02-30", "no day"),
        ("2026-05-01T25:00Z", "no moment"),
        ("2026-05-01T12:00", "no time zone"),
        ("yesterday", "no date"),
        ("", "no date"),
        ("0000-00-00", "no day"),
        ("0001-01-01T00:00+02:00", "no moment"),  # the calendar has it there, and not in UTC
        ("2026-05-01T12:00+99:00", "no moment"),
        ("２０２６-05-01", "no day"),
        ("2026-05-01T12:00Z\n", "no date"),
    ],
)
def test_nonsense_is_refused_with_the_forms_that_are_read(text: str, words: str) -> None:
    with pytest.raises(Problems) as caught:
        parse_moment(text, NOW)
    (found,) = caught.value.diagnostics
    assert (found.code, words in found.message) == ("MLS0721", True)
    assert "2026-05-01T12:00Z" in str(found.help)
