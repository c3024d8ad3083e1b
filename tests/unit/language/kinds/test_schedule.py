"""When something runs: a cron text, or one with a time zone."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from mlspec.language.kinds.schedule import Schedule, Zoned, cron_of, shown, zone_of

READ: TypeAdapter[str | Zoned] = TypeAdapter(Schedule)


def test_a_text_is_utc_and_stays_a_text() -> None:
    found = READ.validate_python("0 5 * * *")
    assert (found, cron_of(found), zone_of(found), shown(found)) == ("0 5 * * *", "0 5 * * *", "UTC", "0 5 * * *")


def test_a_zone_is_told() -> None:
    found = READ.validate_python({"cron": "0 6 * * *", "timezone": "Europe/Berlin"})
    assert (cron_of(found), zone_of(found), shown(found)) == ("0 6 * * *", "Europe/Berlin", "0 6 * * * (Europe/Berlin)")
    assert shown(READ.validate_python({"cron": "0 6 * * *"})) == "0 6 * * *"


@pytest.mark.parametrize("name", ["America/Argentina/Buenos_Aires", "Etc/GMT+9", "America/Port-au-Prince", "UTC"])
def test_zones_of_the_database(name: str) -> None:
    assert zone_of(READ.validate_python({"cron": "0 6 * * *", "timezone": name})) == name


@pytest.mark.parametrize("name", ["Europe/Berlinn", "CET", "EST5EDT", "+01:00", "berlin", "../etc/passwd", "Europe/../UTC", "", "UTC\n"])
def test_no_zone(name: str) -> None:
    with pytest.raises(ValidationError, match="not a time zone"):
        READ.validate_python({"cron": "0 6 * * *", "timezone": name})
