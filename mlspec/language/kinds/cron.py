"""A schedule of five cron fields, as GitHub reads it: values in their ranges, a day that some month has, at most every five minutes."""

from __future__ import annotations

import itertools
import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from cronsim import CronSim

LEAST_MINUTES = 5
"""The shortest time between two runs of a schedule on GitHub."""

_FORM = re.compile(r"[-0-9*/,]+(?: [-0-9*/,]+){2}(?: (?:[-0-9*/,]|[A-Za-z]{3}(?![A-Za-z]))+){2}")
_FIELDS = (
    ("minute", "0-59"),
    ("hour", "0-23"),
    ("day of the month", "1-31"),
    ("month", "1-12 or JAN-DEC"),
    ("day of the week", "0-6 or SUN-SAT"),
)
_ANY = ("0", "0", "*", "*", "*")
_SUNDAY = re.compile(r"(?<![/\d])7(?!\d)")
_HELP = "write five fields (minute, hour, day, month, day of the week; in UTC): `0 5 * * *` is every day at 5:00"


def check_cron(text: str) -> str:
    """Return the schedule. Raises PydanticCustomError for what GitHub would not run, or not so often."""
    if not _FORM.fullmatch(text):
        raise _wrong("not a cron schedule")
    fields = text.split(" ")
    for place, (field, (name, values)) in enumerate(zip(fields, _FIELDS, strict=True)):
        if _read([*_ANY[:place], field, *_ANY[place + 1 :]]) is None or (place == 4 and _SUNDAY.search(field)):
            raise _wrong(f"not a cron schedule: `{field}` is no {name} ({values})")
    found = _read(fields)
    if found is None:
        raise _wrong("the schedule never comes: no such month has that day", "write a day that the month has")
    if _shortest(found) < LEAST_MINUTES:
        raise _wrong(f"GitHub starts a schedule at most every {LEAST_MINUTES} minutes", "write `*/5` for the minute, or rarer")
    return text


def _read(fields: list[str]) -> CronSim | None:
    from cronsim import CronSim, CronSimError

    try:
        return CronSim(" ".join(fields), datetime(2024, 1, 1))  # noqa: DTZ001 - fields have no zone, and no time is computed
    except CronSimError:
        return None


def _shortest(found: CronSim) -> int:
    """Minutes between the two runs of a day that are nearest, of two days at midnight."""
    minutes = sorted(found.minutes)
    gaps = [after - before for before, after in itertools.pairwise(minutes)]
    if any((hour + 1) % 24 in found.hours for hour in found.hours):
        gaps.append(60 - minutes[-1] + minutes[0])
    return min(gaps, default=60)


def _wrong(message: str, advice: str = _HELP) -> PydanticCustomError:
    return PydanticCustomError("mls_cron", "{message}", {"message": message, "help": advice})


CronText = Annotated[str, AfterValidator(check_cron)]
