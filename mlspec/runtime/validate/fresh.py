"""fresh: the newest value is no older than allowed, and no row claims to be of the future."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.words import duration, took
from mlspec.runtime.tables import ident, literal, need_column
from mlspec.runtime.validate.check import Check, row_check

AHEAD = {"TIMESTAMP": timedelta(minutes=5), "DATE": timedelta(days=1)}
"""How far a value may be ahead of this machine's clock: clocks differ, and in the east of UTC a new day begins up to 14 hours earlier."""


def fresh(rule: Mapping[str, Any], columns: Mapping[str, str], now: datetime) -> Iterator[Check]:
    """Yield a check of each row (not of the future), and one of the table: the newest of the others is at most `within` seconds old.

    Columns without a zone are UTC. One mistyped year (2202) would else be the newest value for as long as anybody looks.
    """
    name, within = rule["fresh"]["column"], float(rule["fresh"]["within"])
    need_column(name, columns, f"rule `{rule['name']}`")
    kind = columns[name]
    if kind not in AHEAD:
        message = f"rule `{rule['name']}`: `fresh` needs times, and column `{name}` is {kind.casefold()}"
        raise problem("MLS0631", message, help="declare the column as timestamp or date")
    latest = (now.astimezone(UTC) + AHEAD[kind]).replace(tzinfo=None)
    value = f"CAST({ident(name)} AS TIMESTAMP)"
    future = f"{value} > CAST({literal(latest.isoformat(sep=' '))} AS TIMESTAMP)"
    said = f"are of the future: it is {now:%Y-%m-%d %H:%M} UTC, and `{name}` may be {duration(AHEAD[kind].total_seconds())} ahead at most"
    hint = " (a mistyped year, a placeholder, or local time without its zone?)"
    yield row_check(rule["name"], rule["onFailure"], "future", future, said + hint, name, (name,))

    def verdict(seconds: float | None) -> str | None:
        if seconds is None:
            return "the newest value can't be told: there is none"
        age = now.timestamp() - seconds
        if age <= within:
            return None
        newest = datetime.fromtimestamp(seconds, UTC)
        return f"the newest value is {newest:%Y-%m-%d %H:%M:%S} UTC, {took(age)} old; at most {duration(within)} are allowed"

    yield Check(rule["name"], rule["onFailure"], "fresh", f"epoch(max({value}) FILTER (NOT {future}))", verdict, name)
