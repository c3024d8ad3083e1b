"""Tells the types of text columns, from all rows. A missing value counts for nothing.

The first rows only say what need not be asked of the rest: prose is looked at once. A column has a type when every value of it is
spelled like one and the type keeps all of it. What is text by a few cells only is told (`doubts.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from mlspec.runtime import spelling
from mlspec.runtime.tables import ident

Facts = Mapping[str, int]
"""What the values of a text column are spelled like, as counts of rows; `longest` is the length of the longest value."""
SAMPLE = 2048
_FACTS: Mapping[str, Callable[[str], str]] = {
    "known": lambda c: f"count({c})",
    "words": lambda c: f"count_if({spelling.is_missing_word(c)})",
    "integers": lambda c: f"count_if({spelling.is_integer(c)})",
    "wholes": lambda c: f"count_if({spelling.is_whole(c)})",
    "numbers": lambda c: f"count_if({spelling.is_number(c)})",
    "longest": lambda c: f"coalesce(max(length({c})), 0)",
    "pluses": lambda c: f"count_if(contains({c}, '+'))",
    "exponents": lambda c: f"count_if(contains({c}, 'e') OR contains({c}, 'E'))",
    "days": lambda c: f"count_if({spelling.is_date(c)})",
    "local": lambda c: f"count_if({spelling.is_timestamp(c, zoned=False)})",
    "zoned": lambda c: f"count_if({spelling.is_timestamp(c, zoned=True)})",
    "finer": lambda c: f"count_if({spelling.is_finer(c)})",
    "lossy": lambda c: f"count_if({spelling.loses_digits(c)})",
    "plus signs": lambda c: f"count_if(trim({c}) LIKE '+%')",
    "minus signs": lambda c: f"count_if(trim({c}) LIKE '-%')",
    "bare exponents": lambda c: f"count_if({spelling.matches(c, spelling.EXPONENT_TEXT)})",
    "fractions": lambda c: f"count_if(contains({c}, '.') OR contains(lower({c}), 'e-') OR contains(lower({c}), 'e+'))",
    "long wholes": lambda c: f"count_if(regexp_matches({c}, '^-?[0-9]{{16}}'))",
    "codes": lambda c: f"count_if({spelling.matches(c, spelling.CODE_TEXT)})",
    "too many digits": lambda c: f"count_if({spelling.has_too_many_digits(c)})",
    "long numbers": lambda c: f"count(DISTINCT {spelling.shortest(c)}) FILTER ({spelling.has_too_many_digits(c)})",
    "long doubles": lambda c: f"count(DISTINCT TRY_CAST({c} AS DOUBLE)) FILTER ({spelling.has_too_many_digits(c)})",
}
_NUMBERS = ("integers", "numbers", "longest", "pluses", "exponents")
MOMENTS = ("days", "local", "zoned")
_CLOSER_TEXT = ("words", "codes")
_CLOSER_NUMBER = (
    *("lossy", "plus signs", "minus signs", "bare exponents", "fractions"),
    *("too many digits", "long numbers", "long doubles"),
)


def ask(connection: Any, relation: str, wanted: Mapping[str, Sequence[str]]) -> dict[str, Facts]:
    """Return the wanted facts of each column, in one pass over the rows."""
    items = [_FACTS[fact](ident(name)) for name, facts in wanted.items() for fact in facts]
    if not items:
        return {name: {} for name in wanted}
    answers = iter(connection.execute(f"SELECT {', '.join(items)} FROM {relation}").fetchone())
    return {name: {fact: int(next(answers) or 0) for fact in facts} for name, facts in wanted.items()}


def gather(connection: Any, relation: str, names: Sequence[str], declared: Mapping[str, str], strings: Collection[str]) -> dict[str, Facts]:
    """Return the facts of each column. Those of `strings` are looked at as dates and timestamps only: JSON says that they are text."""
    all_facts = {n: ("known", "words", *(() if n in strings else _NUMBERS), *MOMENTS) for n in names}
    first = ask(connection, f"(SELECT * FROM {relation} LIMIT {SAMPLE})", all_facts)
    wanted = {n: _worth_asking(first[n], whole=declared.get(n) == "integer") for n in names}
    return ask(connection, relation, wanted)


def _worth_asking(first: Facts, *, whole: bool) -> tuple[str, ...]:
    """The facts to ask of all rows: a group of types that fits less than half of the first values is given up."""
    values = first["known"] - first["words"]
    numbers = "numbers" in first and first["numbers"] * 2 >= values
    moments = moments_of(first) * 2 >= values
    return ("known", *((*_NUMBERS, *(("wholes",) if whole else ())) if numbers else ()), *((*MOMENTS, "finer") if moments else ()))


def moments_of(facts: Facts) -> int:
    """How many values are dates or timestamps."""
    return sum(facts.get(k, 0) for k in MOMENTS)


def is_mixed(facts: Facts) -> bool:
    """Whether all values are moments, and only some of them name their zone."""
    zoned = facts.get("zoned", 0)
    return 0 < zoned < moments_of(facts) == facts["known"]


def kind_of(facts: Facts, declared: str | None) -> str | None:
    """The DuckDB type that every value is spelled like; None for text. Doubts about it are not considered here."""
    known = facts["known"]
    if not known:
        return None
    if facts.get("integers") == known:
        return "DOUBLE" if declared == "number" else "BIGINT"
    if facts.get("numbers") == known:
        return "BIGINT" if declared == "integer" and facts["wholes"] == known else "DOUBLE"
    if facts.get("days") == known:
        return "TIMESTAMP" if declared == "timestamp" else "DATE"
    return "TIMESTAMP" if moments_of(facts) == known and not is_mixed(facts) else None


MAX_EXACT = 15
"""A whole number of so many characters is the same number as a double."""


def needs_a_closer_look(facts: Facts, kind: str | None) -> bool:
    """Whether the text could lose something as that type, or is text by a few cells only."""
    if kind is None:
        return len(facts) > 1 and facts["known"] > 0
    if kind == "TIMESTAMP":
        return facts["finer"] > 0
    return kind in ("BIGINT", "DOUBLE") and (facts["pluses"] > 0 or facts["exponents"] > 0 or facts["longest"] > MAX_EXACT)


def closer(facts: Facts, kind: str | None) -> tuple[str, ...]:
    """The facts that a closer look asks for."""
    if kind:
        return () if kind == "TIMESTAMP" else _CLOSER_NUMBER
    return () if is_mixed(facts) else _CLOSER_TEXT


def too_long_for_doubles(connection: Any, relation: str, names: Sequence[str]) -> frozenset[str]:
    """Those of the columns (text of numbers, as JSON has them) that hold a whole number of 16 digits or more."""
    found = ask(connection, relation, dict.fromkeys(names, ("long wholes",)))
    return frozenset(n for n in names if found[n]["long wholes"])
