"""Numbers as people write them: money, percent, thousands, decimal commas. Text for a program, until a `clean` step converts it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.runtime import spelling
from mlspec.runtime.tables import ident, literal
from mlspec.setup.init.notes import Conversion, shown, spelled

_SYMBOLS = ("R$", "CHF", "EUR", "GBP", "JPY", "USD", "INR", "$", "€", "£", "¥", "₹", "%")
_MOST_DIGITS = 15
_SIGN = "[-\N{MINUS SIGN}]?"
_UNIT = f"({'|'.join(re.escape(s) for s in _SYMBOLS)})"
_LEAD = "(0|[1-9][0-9]*)"
_GROUP = "[1-9][0-9]{0,2}"


@dataclass(frozen=True, slots=True)
class Style:
    """One way of writing numbers: what parts thousands (several signs may), and the decimal point."""

    name: str
    thousands: str
    point: str

    @property
    def body(self) -> str:
        """The pattern of a number without sign and unit. A zero in front of digits makes a code, and never a number."""
        part, point = f"[{self.thousands}]", re.escape(self.point)
        return rf"({_GROUP}({part}[0-9]{{3}})+|{_LEAD})({point}[0-9]+)?|{point}[0-9]+"

    @property
    def pattern(self) -> str:
        number = rf"{_SIGN}\s?{_UNIT}?\s?{_SIGN}({self.body})\s?{_UNIT}?"
        return rf"\s*({number}|\({_UNIT}?\s?({self.body})\s?{_UNIT}?\))\s*"


STYLES = (
    Style("1,234.5", ",", "."),
    Style("1.234,5", ".", ","),
    Style("1 234,5", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", ","),
    Style("1'234.5", "'\N{RIGHT SINGLE QUOTATION MARK}", "."),
)
ENGLISH, CONTINENTAL = STYLES[0], STYLES[1]


def styles_of(connection: Any, column: str) -> list[Style]:
    """The styles that every value of a text column of the table `data` is written in.

    None for a column without values, and for one that ingest left as text though all of it is plain numbers, or has more digits than a
    number keeps: it had its reasons.
    """
    name = ident(column)
    digits = f"max(length(regexp_replace({name}, '[^0-9]', '', 'g')))"
    plain, longest = connection.execute(f"SELECT bool_and({spelling.is_number(name)}), {digits} FROM data").fetchone()
    if plain is None or plain or longest > _MOST_DIGITS:
        return []
    tests = [f"bool_and(regexp_full_match({name}, {literal(style.pattern)}))" for style in STYLES]
    (known, *fit) = connection.execute(f"SELECT count({name}), {', '.join(tests)} FROM data").fetchone()
    return [style for style, fits in zip(STYLES, fit, strict=True) if known and fits]


def conversion(connection: Any, column: str, fitting: Sequence[Style], *, decimal_comma: bool | None) -> Conversion | None:
    """The step that makes a column of such numbers numbers.

    `decimal_comma`: what the rest of the file shows, for a column whose every value can be read either way (`1,234`).
    """
    if not fitting:
        return None
    english = ENGLISH in fitting
    unsure = english and CONTINENTAL in fitting and _has(connection, column, "[.,]")
    style = CONTINENTAL if unsure and decimal_comma else ENGLISH if english else fitting[0]
    sql, whole = _sql(connection, column, style)
    kind = "integer" if whole else "number"
    example = connection.execute(
        f"SELECT {ident(column)} FROM data WHERE {ident(column)} IS NOT NULL ORDER BY length({ident(column)}) DESC, 1 LIMIT 1"
    )
    why = f"numbers as text, like {shown(example.fetchone()[0].strip())}"
    if unsure:
        meant = "a decimal comma" if style is CONTINENTAL else "thousands"
        by = "no value says which: look" if decimal_comma is None else "as the rest of the file has it"
        why += f"; the separator is taken for {meant} ({by})"
    return Conversion(column, {"derive": {"column": column, "sql": sql}}, kind, why)


def is_sure(fitting: Sequence[Style]) -> bool | None:
    """Whether a column shows a decimal comma (True) or thousands' commas (False); None where it can be either."""
    if len(fitting) != 1 and ENGLISH in fitting:
        return None
    return ENGLISH not in fitting if fitting else None


def _sql(connection: Any, column: str, style: Style) -> tuple[str, bool]:
    """The SQL expression, with the replacements that this column calls for and no others, and whether all values are whole."""
    text = spelled(column)
    for symbol in _SYMBOLS:
        if _has(connection, column, re.escape(symbol)):
            text = f"replace({text}, {literal(symbol)}, '')"
    for sign in style.thousands:
        if _has(connection, column, re.escape(sign)):
            text = f"replace({text}, {literal(sign)}, '')"
    pointed = _has(connection, column, re.escape(style.point) + "[0-9]")
    if pointed and style.point != ".":
        text = f"replace({text}, {literal(style.point)}, '.')"
    if _has(connection, column, "\N{MINUS SIGN}"):
        text = f"replace({text}, '\N{MINUS SIGN}', '-')"
    if _has(connection, column, r"\("):
        text = f"replace(replace({text}, '(', '-'), ')', '')"
    if _has(connection, column, r"\s"):
        text = f"replace(trim({text}), ' ', '')"
    whole = not pointed and not _has(connection, column, _UNIT)
    return f"CAST({text} AS {'BIGINT' if whole else 'DOUBLE'})", whole


def _has(connection: Any, column: str, pattern: str) -> bool:
    query = f"SELECT coalesce(bool_or(regexp_matches({ident(column)}, {literal(pattern)})), false) FROM data"
    return bool(connection.execute(query).fetchone()[0])
