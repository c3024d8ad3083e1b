"""Days and moments that are not written as ISO 8601: 31/12/2024, 12/31/24, 31.12.2024 17:05, 5 Jan 2024."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.runtime.tables import ident, literal
from mlspec.setup.init.notes import Conversion, shown, spelled

_ORDERS = {
    "day first": ("%d{0}%m{0}%Y", "%d{0}%m{0}%y"),
    "month first": ("%m{0}%d{0}%Y", "%m{0}%d{0}%y"),
    "year first": ("%Y{0}%m{0}%d",),
    "named": ("%d{0}%b{0}%Y", "%d{0}%b{0}%y", "%d{0}%B{0}%Y"),
}
_NAMED = ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", "T%H:%M:%S")
_SOME = 200


@dataclass(frozen=True, slots=True)
class Format:
    """A format of strptime, and which of day and month comes first in it."""

    text: str
    order: str

    def may_be(self, value: str) -> bool:
        """Whether a value has what stands between the parts of the format: dear to ask of DuckDB, cheap to ask here."""
        between = Counter(re.sub(r"%[A-Za-z]", "", self.text))
        return between - Counter("T") == Counter(re.sub(r"[A-Za-z0-9]", "", value))

    @property
    def is_day(self) -> bool:
        return "%H" not in self.text and "%I" not in self.text


def _formats() -> list[Format]:
    days = [(template.format(sep), order) for order, ways in _ORDERS.items() for template in ways for sep in "/.- "]
    days += [(text, "named") for text in _NAMED]
    return [Format(day + clock, order) for (day, order), clock in itertools.product(days, _CLOCKS)]


FORMATS = _formats()


def formats_of(connection: Any, column: str, relation: str = "data") -> list[Format]:
    """The formats that every value of a text column is written in."""
    values = f"(SELECT DISTINCT {ident(column)} AS v FROM {relation} WHERE {ident(column)} IS NOT NULL)"
    first = connection.execute(f"SELECT min(v) FROM {values}").fetchone()[0]
    likely = [f for f in FORMATS if first is not None and f.may_be(first)]
    some = _fitting(connection, f"(SELECT v FROM {values} LIMIT {_SOME})", likely)
    return _fitting(connection, values, some)


def _fitting(connection: Any, relation: str, formats: Sequence[Format]) -> list[Format]:
    if not formats:
        return []
    tests = [f"bool_and(coalesce(year(try_strptime(v, {literal(f.text)})) BETWEEN 1800 AND 2200, false))" for f in formats]
    answers = connection.execute(f"SELECT {', '.join(tests)} FROM {relation}").fetchone()
    return [f for f, fits in zip(formats, answers, strict=True) if fits]


def order_of(fitting: Sequence[Format]) -> str | None:
    """`day first` or `month first` where a column shows which; None where it does not."""
    orders = {f.order for f in fitting} & {"day first", "month first"}
    return orders.pop() if len(orders) == 1 else None


def conversion(connection: Any, column: str, fitting: Sequence[Format], order: str | None) -> Conversion | str | None:
    """The step that makes a column of such dates dates; a text that says why it can't be told; None where there is no date.

    `order`: what the other columns of the file show, for a column in which no day is above 12.
    """
    if not fitting:
        return None
    orders = {f.order for f in fitting}
    example = connection.execute(f"SELECT max({ident(column)}) FROM data").fetchone()[0]
    dotted = all("." in f.text for f in fitting)
    wanted = ("day first" if dotted else order) if {"day first", "month first"} <= orders else None
    if wanted is None and {"day first", "month first"} <= orders:
        ways = [f.text for f in fitting]
        return (
            f"dates like {shown(example)}, and no day is above 12: day first or month first? "
            f"`derive: {{column: …, sql: \"strptime(…, '{ways[0]}')\"}}` or `'{ways[-1]}'`"
        )
    chosen = next(f for f in fitting if wanted in (None, f.order))
    parsed = f"strptime({spelled(column)}, {literal(chosen.text)})"
    sql, kind = (f"CAST({parsed} AS DATE)", "date") if chosen.is_day else (parsed, "timestamp")
    why = f"dates like {shown(example)}" + (f", {chosen.order}" if chosen.order in ("day first", "month first") else "")
    if wanted:
        why += " (as dates with dots are)" if dotted else " (as the file's other dates)"
    if "%y" in chosen.text:
        why += "; of the years 69 to 99 are 19xx, the others 20xx"
    return Conversion(column, {"derive": {"column": column, "sql": sql}}, kind, why)
