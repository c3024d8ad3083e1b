"""When something runs: five cron fields in UTC, or with a time zone, which GitHub follows through summer and winter."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import SpecModel
from mlspec.language.kinds.cron import CronText

_ZONE = re.compile(r"UTC|[A-Z][A-Za-z_]{1,31}(/[A-Z][A-Za-z0-9_+-]{0,31}){1,2}")
_HELP = "write a name of the IANA database: `Europe/Berlin`, `America/New_York`, `UTC`"


def _check_zone(name: str) -> str:
    """Abbreviations (`CET`, `EST`) are refused: they name an offset at one machine and a zone with summer time at another."""
    if not _ZONE.fullmatch(name) or not _is_known(name):
        raise PydanticCustomError("mls_zone", "not a time zone", {"help": _HELP})
    return name


def _is_known(name: str) -> bool:
    """Whether the machine's database has it; a machine without one takes every name of the right form."""
    return _has(name) or not _has("Europe/London")


def _has(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


class Zoned(SpecModel):
    """A schedule by the clocks of a place: an hour that summer time leaves out runs at the next that there is."""

    cron: CronText = Field(description="Five cron fields.", examples=["0 6 * * *"])
    timezone: Annotated[str, AfterValidator(_check_zone)] = Field(
        "UTC", description="A name of the IANA time zone database.", examples=["Europe/Berlin"]
    )


def _form(value: Any) -> str:
    return "zoned" if isinstance(value, dict | Zoned) else "text"


Schedule = Annotated[Annotated[CronText, Tag("text")] | Annotated[Zoned, Tag("zoned")], Discriminator(_form)]


def cron_of(schedule: str | Zoned) -> str:
    """The five fields: what GitHub hands a run as `github.event.schedule`, without the zone."""
    return schedule.cron if isinstance(schedule, Zoned) else schedule


def zone_of(schedule: str | Zoned) -> str:
    return schedule.timezone if isinstance(schedule, Zoned) else "UTC"


def shown(schedule: str | Zoned) -> str:
    """As people read it: `0 6 * * *`, `0 6 * * * (Europe/Berlin)`."""
    return cron_of(schedule) if zone_of(schedule) == "UTC" else f"{cron_of(schedule)} ({zone_of(schedule)})"
