"""Values as rows and keys hold them: text, numbers, booleans; a date as days and a timestamp as microseconds since 1970 UTC."""

from __future__ import annotations

import datetime as dt
from typing import Any

DAY = 86_400_000_000
"""Microseconds."""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def time_of(value: int | None, type_: str) -> int | None:
    """The microseconds of a stored date or timestamp."""
    return value * DAY if value is not None and type_ == "date" else value


def stored(value: Any, type_: str) -> Any:
    """A value of a request as it is stored: a key's. Raises ValueError for text that is no time, or a date that is not midnight UTC."""
    if type_ in ("date", "timestamp"):
        moment = _moment(value)
        if type_ == "timestamp":
            return moment
        days, rest = divmod(moment, DAY)
        if rest:
            raise ValueError(value)
        return days
    if type_ == "integer":
        return int(value)
    return float(value) + 0.0 if type_ == "number" else value  # -0.0 is 0.0


def key_value(value: Any, type_: str) -> Any:
    """A stored value as it stands in a key: equal numbers are one key."""
    return float(value) + 0.0 if type_ == "number" else value


def _moment(text: str) -> int:
    found = dt.datetime.fromisoformat(text.strip(" "))
    return ((found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found) - _EPOCH) // _MICROSECOND


def sent(value: Any, type_: str) -> Any:
    """A stored value as a request would bring it: times in ISO 8601, UTC, without a zone."""
    if value is None or type_ not in ("date", "timestamp"):
        return value
    moment = _EPOCH + value * (_MICROSECOND if type_ == "timestamp" else dt.timedelta(days=1))
    return moment.date().isoformat() if type_ == "date" else moment.replace(tzinfo=None).isoformat()


def shown_time(microseconds: int) -> str:
    """`2026-11-30T12:00:00Z`; with a fraction where there is one."""
    return (_EPOCH + microseconds * _MICROSECOND).replace(tzinfo=None).isoformat() + "Z"
