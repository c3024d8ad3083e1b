"""DATE on the command line: a day, or a moment with its time zone. A day means its end: what was there when the day was over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mlspec.diagnostics import problem

HELP = "write a day as 2026-05-01 (its end, UTC), or a moment as 2026-05-01T12:00Z or 2026-05-01T14:00+02:00"
_SHORT = re.compile(r"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})")


@dataclass(frozen=True, slots=True)
class Asked:
    """A moment in Unix seconds, and how to say it: a day's end is told as such."""

    seconds: int
    text: str


def parse_moment(text: str, now: datetime) -> Asked:
    """Read DATE. Raises MLS0721 for what is no date, has no time zone, or lies in the future of `now`; today is as far as it goes."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        day = _day(text)
        if day > now.astimezone(UTC).date():
            raise problem("MLS0721", f"{text} is in the future: Git can't tell what will be deployed", help=HELP)
        end = datetime.combine(day, time(), UTC) + timedelta(days=1) - timedelta(seconds=1)
        return Asked(int(min(end, now).timestamp()), f"the end of {text} (UTC)" if end <= now else f"now ({text} is not over yet)")
    match = _SHORT.fullmatch(text)
    if match is None:
        zone = "; it has no time zone" if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?", text) else ""
        raise problem("MLS0721", f"`{text}` is no date that mlspec reads{zone}", help=HELP)
    moment = _moment(match[1] + ("+00:00" if match[2] == "Z" else match[2]))
    if moment > now:
        raise problem("MLS0721", f"{text} is in the future: Git can't tell what will be deployed", help=HELP)
    return Asked(int(moment.timestamp()), moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise problem("MLS0721", f"there is no day {text}", help=HELP) from None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # the first day of the calendar, east of Greenwich, is before it in UTC
        raise problem("MLS0721", f"there is no moment {text}", help=HELP) from None
