"""Small checks shared by the kinds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from pydantic_core import PydanticCustomError


def check_day(value: str) -> str:
    """Refuse a day or an instant that no calendar has, such as 2024-02-30."""
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("mls_day", "no calendar has this day", {"help": "write a day such as `2026-12-01`"}) from None
    return value


def check_ascii(value: str) -> str:
    """Refuse digits of other scripts, which patterns take for digits: two versions would look, and sort, alike."""
    if not value.isascii():
        raise PydanticCustomError("mls_ascii", "only ASCII characters can stand here", {"help": "write a version such as `v1.2.0`"})
    return value


def check_order(low: float | None, high: float | None, at: list[str]) -> None:
    """Refuse a range that no value is in. `at` is the key that says the upper end."""
    if low is not None and high is not None and low > high:
        context = {"low": f"{low:,.10g}", "high": f"{high:,.10g}", "at": at, "help": "write the smaller number first"}
        raise PydanticCustomError("mls_range", "nothing lies between {low} and {high}", context)


def refuse_repeated(names: Iterable[str], what: str, at: Callable[[int], list[str | int]] | None = None) -> None:
    """Raise when a name comes twice in a list of named things. `at` gives the way to the n-th from the checked value."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            context = {"what": what, "name": name, "at": at(index) if at else []}
            raise PydanticCustomError("mls_repeated", "the {what} `{name}` is listed twice", context)
        seen.add(name)
