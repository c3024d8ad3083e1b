"""A value of a request is the stored one, whichever way it is spelled, and comes back as a request would bring it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.adapters.online.values import key_value, sent, shown_time, stored, time_of


@given(st.datetimes(dt.datetime.fromisoformat("0001-01-02"), dt.datetime.fromisoformat("9999-12-30")))
def test_times_survive(moment: dt.datetime) -> None:
    whole = stored(moment.isoformat(), "timestamp")
    assert sent(whole, "timestamp") == moment.isoformat()
    assert stored(sent(whole, "timestamp") + "Z", "timestamp") == whole
    days = stored(moment.date().isoformat(), "date")
    assert sent(days, "date") == moment.date().isoformat()
    assert time_of(days, "date") == stored(moment.date().isoformat() + "T00:00:00Z", "timestamp")


@given(st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_survive(value: float) -> None:
    assert repr(sent(value, "number")) == repr(value)
    assert key_value(value, "number") == stored(value, "number")


@pytest.mark.parametrize(
    ("one", "other", "type_"),
    [
        ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00", "timestamp"),
        ("2026-01-01", "2026-01-01T00:00:00Z", "date"),
        (-0.0, 0, "number"),
        (8.0, 8, "integer"),
    ],
)
def test_one_key_however_it_is_spelled(one: Any, other: Any, type_: str) -> None:
    assert repr(stored(one, type_)) == repr(stored(other, type_))


@pytest.mark.parametrize(
    ("text", "type_"), [("yesterday", "timestamp"), ("", "date"), ("2026-01-01T08:00", "date"), ("2026-13-01", "date")]
)
def test_what_is_no_time_is_refused(text: str, type_: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever Python says of it
        stored(text, type_)


def test_a_time_for_people() -> None:
    assert shown_time(1_500_000) == "1970-01-01T00:00:01.500000Z"
    assert shown_time(0) == "1970-01-01T00:00:00Z"
