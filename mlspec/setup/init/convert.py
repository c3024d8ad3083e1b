"""Text that means numbers or dates: what to declare missing while reading, and the steps of `clean` that convert the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mlspec.runtime import spelling
from mlspec.runtime.tables import ident, literal
from mlspec.setup.init import text_dates, text_numbers
from mlspec.setup.init.look import Look
from mlspec.setup.init.notes import Conversion, count, shown, spelled

STRAYS = 0.02
"""A column is numbers but for some cells when at most this share of its values is something else."""
_SPELLINGS = 10
_COMPACT_DAY = re.compile(r"date|day|datum", re.IGNORECASE)


@dataclass
class Conversions:
    """What was found: the steps in order, the types that they lead to, and columns that can't be told, each with why."""

    steps: list[Conversion] = field(default_factory=list)
    untold: dict[str, str] = field(default_factory=dict)

    @property
    def converted(self) -> set[str]:
        return {c.column for c in self.steps}


def missing_words(look: Look) -> tuple[list[str], dict[str, list[str]], dict[str, str]]:
    """The spellings of missing values that keep columns from being numbers or dates; those of each column; and what is to be told.

    A spelling that is a value of another text column is not among the first: `NA` may be a continent.
    """
    texts = look.texts()
    spelled = {name: words for name in texts if (words := _words(look.connection, name))}
    others = [name for name in texts if name not in spelled]
    wanted = list(dict.fromkeys(w for words in spelled.values() for w, _ in words))
    taken = {w for w in wanted if w.strip() and any(_holds(look.connection, name, w) for name in others)}
    told = {name: f"{_sum(words)} missing: {', '.join(shown(w) for w, _ in words)}" for name, words in spelled.items()}
    return [w for w in wanted if w not in taken], {name: [w for w, _ in words] for name, words in spelled.items()}, told


def _sum(words: Sequence[tuple[str, int]]) -> str:
    number = sum(n for _, n in words)
    return f"{count(number, 'cell is', 'cells are')}"


def _words(connection: Any, column: str) -> list[tuple[str, int]]:
    """(spelling, cells) of missing values of a text column whose other values are all numbers or dates; none elsewhere."""
    c = ident(column)
    word = spelling.is_missing_word(c)
    found: list[tuple[str, int]] = connection.execute(
        f"SELECT {c}, count(*) FROM data WHERE {word} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_SPELLINGS}"
    ).fetchall()
    if not found:
        return []
    rest = f"(SELECT * FROM data WHERE {c} IS NOT NULL AND NOT {word})"
    tests = [spelling.is_number(c), spelling.is_moment(c), *(spelling.matches(c, s.pattern) for s in text_numbers.STYLES)]
    known, *fitting = connection.execute(f"SELECT count(*), {', '.join(f'count_if({t})' for t in tests)} FROM {rest}").fetchone()
    if not known:
        return []
    return found if max(fitting) >= (1 - STRAYS) * known or text_dates.formats_of(connection, column, rest) else []


def _holds(connection: Any, column: str, value: str) -> bool:
    return bool(connection.execute(f"SELECT count(*) FROM data WHERE {ident(column)} = {literal(value)}").fetchone()[0])


def conversions(look: Look, target: str) -> Conversions:
    """Find the conversion of each text column that is numbers or dates. Changes nothing."""
    connection, texts, result = look.connection, look.texts(), Conversions()
    styles = {name: text_numbers.styles_of(connection, name) for name in texts}
    comma = _agreed([text_numbers.is_sure(found) for found in styles.values()])
    for name in texts:
        found = text_numbers.conversion(connection, name, styles[name], decimal_comma=comma) or _strays(connection, name, target)
        if found:
            result.steps.append(found)
    formats = {n: f for n in texts if n not in result.converted and (f := text_dates.formats_of(connection, n))}
    order = _agreed([text_dates.order_of(found) for found in formats.values()])
    for name, fitting in formats.items():
        dated = text_dates.conversion(connection, name, fitting, order)
        if isinstance(dated, Conversion):
            result.steps.append(dated)
        elif dated:
            result.untold[name] = dated
    integers = [name for name, kind in look.kinds().items() if kind == "integer"]
    result.steps += [found for name in integers if (found := _compact_day(connection, name))]
    return result


def _agreed(votes: Sequence[Any]) -> Any:
    """What all columns that show anything show; None where they differ, or none does."""
    known = {v for v in votes if v is not None}
    return known.pop() if len(known) == 1 else None


def _strays(connection: Any, column: str, target: str) -> Conversion | None:
    """Numbers but for a few cells: a cast that makes those missing. Not for a target: its odd values are for a person to judge."""
    c = ident(column)
    words, plain, digits = spelling.is_missing_word(c), spelling.is_number(c), f"regexp_matches({c}, '[0-9]')"
    counts = f"count({c}), count_if({plain}), count_if({words}), count_if({digits} AND NOT {plain})"
    known, numbers, missing, codes = connection.execute(f"SELECT {counts} FROM data").fetchone()
    if not known:
        return None
    strays = known - numbers - missing
    if column == target or codes or not numbers or strays > STRAYS * (known - missing) or not known - numbers:
        return None  # what holds digits and is no number may be a code, and then all of the column are codes
    query = f"SELECT {c} FROM data WHERE {c} IS NOT NULL AND NOT {plain} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3"
    examples = ", ".join(shown(v) for (v,) in connection.execute(query).fetchall())
    why = f"numbers but for {count(known - numbers, 'cell')} ({examples}), which {'becomes' if known - numbers == 1 else 'become'} missing"
    return Conversion(column, {"cast": {"column": column, "to": "number", "onError": "null"}}, "number", why)


def _compact_day(connection: Any, column: str) -> Conversion | None:
    """Whole numbers like 20240131 in a column that is named after days."""
    if not _COMPACT_DAY.search(column):
        return None
    text = f"CAST({spelled(column)} AS VARCHAR)"
    test = f"bool_and(regexp_full_match({text}, '(19|20)[0-9]{{6}}') AND try_strptime({text}, '%Y%m%d') IS NOT NULL)"
    if not connection.execute(f"SELECT coalesce({test}, false) FROM data").fetchone()[0]:
        return None
    sql = f"CAST(strptime({text}, '%Y%m%d') AS DATE)"
    return Conversion(column, {"derive": {"column": column, "sql": sql}}, "date", "days written as 20240131")
