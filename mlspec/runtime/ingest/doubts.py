"""A column that is text, or a number, by a hair: what is decided, and what the user is told of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.diagnostics.words import PERSONAL, cut
from mlspec.runtime import spelling
from mlspec.runtime.ingest.judge import Facts, is_mixed, moments_of
from mlspec.runtime.tables import ident

STRAYS = 0.1
"""A column is one of a type but for some cells when at most this share of its values is not of the type."""
SHOWN = 3
_SPELLINGS = 10


@dataclass(frozen=True, slots=True)
class Column:
    """One text column to be judged.

    `declared`: the type that the spec gives it; `nulls`: a CSV's `nullValues`, None for other formats (whose numbers are no names).
    """

    connection: Any
    relation: str
    name: str
    declared: str | None = None
    pii: bool = False
    nulls: Sequence[str] | None = None

    def some(self, is_meant: Callable[[str], str]) -> str:
        """The first values for which an SQL condition holds, with their rows (the first row of data is row 1)."""
        rows = f"SELECT row_number() OVER () AS n, {ident(self.name)} AS v FROM {self.relation}"
        query = f"SELECT n, v FROM ({rows}) WHERE {is_meant('v')} ORDER BY n LIMIT {SHOWN}"
        found = self.connection.execute(query).fetchall()
        return ", ".join(f"{PERSONAL if self.pii else _show(v)} in row {n}" for n, v in found)

    def missing_words(self) -> list[str]:
        """The words for a missing value as they are spelled here, the most frequent first."""
        column = ident(self.name)
        query = f"SELECT {column} FROM {self.relation} WHERE {spelling.is_missing_word(column)} GROUP BY 1 ORDER BY count(*) DESC, 1"
        return [v for (v,) in self.connection.execute(f"{query} LIMIT {_SPELLINGS}").fetchall()]


def _show(value: str) -> str:
    return repr(cut(value, 60))


@dataclass(frozen=True, slots=True)
class Settled:
    """The DuckDB type that a column gets (None: text), what is to be told, and the words that alone keep it from having a type."""

    kind: str | None
    note: Diagnostic | None = None
    missing_words: tuple[str, ...] = ()


def settle(column: Column, kind: str | None, facts: Facts) -> Settled:
    """Decide the type of a column after a closer look. Raises MLS0617 for mixed zones."""
    if is_mixed(facts):
        raise mixed_zones(column, facts)
    if kind is None:
        return _nearly_typed(column, facts)
    if kind == "TIMESTAMP":
        return Settled(kind, cut_off(column.name, facts["finer"], column.some(spelling.is_finer)))
    if column.declared == "number":
        return Settled(kind, _lost_digits(column, facts))
    told = _as_text(column, kind, facts)
    return Settled(None, told) if told else Settled(kind, _lost_digits(column, facts) if kind == "DOUBLE" else None)


def _as_text(column: Column, kind: str, facts: Facts) -> Diagnostic | None:
    """Why a column is text though all its values are numbers: a number would lose something of them."""
    exact = "if every digit counts, declare it as `string` under `columns`; `number` takes the nearest one"
    name = "declare its type under `columns`: `string` for what is a name or a code, `number` or `integer` for what counts"
    if kind == "DOUBLE" and facts["lossy"]:
        what = _count(facts["lossy"], "whole number has", "whole numbers have")
        return _text(column, f"{what} more digits than a number keeps: {column.some(spelling.loses_digits)}", exact)
    if kind == "DOUBLE" and facts["long numbers"] > facts["long doubles"]:
        return _text(column, "values that differ only after the 17th digit would become one number", exact)
    if column.declared == "integer" or column.nulls is None:
        return None
    if facts["plus signs"] and not facts["minus signs"] and not facts["fractions"]:
        return _text(column, f"{_count(facts['plus signs'], 'value begins', 'values begin')} with `+`, as phone numbers do", name)
    if facts["bare exponents"] and not facts["fractions"]:
        what = _count(facts["bare exponents"], "value is", "values are")
        return _text(column, f"{what} a power of ten or an id: {column.some(_is_power)}", name)
    return None


def _is_power(column: str) -> str:
    return spelling.matches(column, spelling.EXPONENT_TEXT)


def _text(column: Column, why: str, fix: str) -> Diagnostic:
    return Diagnostic("MLS0616", f"column `{column.name}` is read as text: {why}", help=fix, severity="warning")


def _lost_digits(column: Column, facts: Facts) -> Diagnostic | None:
    """Told of numbers that are rounded: whole ones where `number` is declared, and fractions of more than 17 digits."""
    if not facts["lossy"] and not facts["too many digits"]:
        return None
    is_meant = spelling.loses_digits if facts["lossy"] else spelling.has_too_many_digits
    what = _count(facts["lossy"] or facts["too many digits"], "value has", "values have")
    message = f"column `{column.name}`: {what} more digits than a number keeps, and the nearest is taken: {column.some(is_meant)}"
    fix = "declare it as `string` (or `integer`, up to 64 bits) under `columns` if every digit counts"
    return Diagnostic("MLS0618", message, help=fix, severity="warning")


def cut_off(name: str, count: int, shown: str = "") -> Diagnostic:
    """Told of times that are finer than a timestamp."""
    what = f"{_count(count, 'time is', 'times are')} finer than a microsecond, and the digits after it are cut off"
    fix = "declare it as `string` under `columns` if every digit counts"
    return Diagnostic("MLS0618", f"column `{name}`: {what}{shown and f': {shown}'}", help=fix, severity="warning")


def _nearly_typed(column: Column, facts: Facts) -> Settled:
    """A text column whose values are of a type, but for words that mean a missing value, or for a few strays."""
    best = max(facts.get("numbers", 0), moments_of(facts))
    strays = facts["known"] - best - facts["words"] - facts["codes"]
    if not best or facts["codes"] or strays > STRAYS * (facts["known"] - facts["words"]) or not (strays or facts["words"]):
        return Settled(None)
    what, of_type = ("numbers", spelling.is_number) if best == facts.get("numbers", 0) else ("dates or timestamps", spelling.is_moment)
    words = column.missing_words() if facts["words"] else []
    found = [f"{_count(facts['words'], 'is', 'are')} {' or '.join(f'`{w}`' for w in words[:SHOWN])}"] if words else []
    if strays:
        odd = column.some(lambda c: f"NOT {of_type(c)} AND NOT {spelling.is_missing_word(c)}")
        found.append(f"{_count(strays, 'is', 'are')} something else: {odd}")
    why = f"{best:,} of {facts['known']:,} values are {what}, {' and '.join(found)}"
    return Settled(None, _text(column, why, _way_out(column, words, strays, what)), () if strays else tuple(words))


def _way_out(column: Column, words: list[str], strays: int, what: str) -> str:
    typed = "number" if what == "numbers" else "timestamp"
    if strays:
        return f'`clean: [{{cast: {{column: {json.dumps(column.name)}, to: {typed}, onError: "null"}}}}]` makes them missing; ' + _SILENCE
    if column.nulls is not None:
        values = json.dumps(list(dict.fromkeys([*column.nulls, *words])), ensure_ascii=False)
        return f"`read: {{nullValues: {values}}}` takes them for missing; " + _SILENCE
    values = ", ".join(f"{json.dumps(w, ensure_ascii=False)}: null" for w in words)
    return f"`clean: [{{replace: {{column: {json.dumps(column.name)}, values: {{{values}}}}}}}]` and its type under `columns`; " + _SILENCE


_SILENCE = "if it is text, declare it as `string`"


def mixed_zones(column: Column, facts: Facts) -> Problems:
    """The diagnostic for times of which only some name their zone."""
    zoned, local = facts["zoned"], moments_of(facts) - facts["zoned"]
    counts = f"{_count(zoned, 'time names', 'times name')} a time zone and {_count(local, 'time does', 'times do')} not"
    shown = f"{column.some(lambda c: spelling.is_timestamp(c, zoned=True))}; {column.some(_is_local)}"
    message = f"column `{column.name}`: {counts}: {shown}"
    cast = f"{{cast: {{column: {json.dumps(column.name)}, to: string}}}}"
    fix = f"write all of them with a zone, or none; or read text (`{cast}` as the first `clean` step) and `derive` the time, zone by zone"
    return problem("MLS0617", message, help=fix)


def _is_local(column: str) -> str:
    return f"({spelling.is_date(column)} OR {spelling.is_timestamp(column, zoned=False)})"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
