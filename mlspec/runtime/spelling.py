"""How values are spelled as text: what is plainly a number, a date, a timestamp, and what people write for a missing value.

Plain means that the type keeps all there is: `007`, `1_000`, `0x1F`, `1/2/2020` and `Yes` are text, since a number, a date or a boolean
would lose their spelling. Blanks around a number or a date are layout, and are lost.
"""

from __future__ import annotations

from mlspec.runtime.tables import literal

INTEGER_TEXT = r"\s*[+-]?(0|[1-9][0-9]*)\s*"
NUMBER_TEXT = r"\s*[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
WHOLE_TEXT = r"\s*[+-]?(0|[1-9][0-9]*)(\.0*)?\s*"
CODE_TEXT = r"\s*[+-]?0[0-9]+\s*"
"""Digits that begin with a zero: a code rather than a quantity."""
EXPONENT_TEXT = r"\s*[0-9]+[eE][0-9]+\s*"
"""A power of ten as ids have it by chance (`12e5`); programs write `1.2e+06`."""
DATE_TEXT = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}"
"""Years 1 to 9999: no year 0, which Python has no date of."""
_CLOCK = DATE_TEXT + r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_ZONE = r"(Z|[+-](?:[01][0-9]|2[0-3])(:?[0-5][0-9])?)"
TIMESTAMP_TEXT = f"{_CLOCK}{_ZONE}?"
ZONED_TEXT = f"{_CLOCK}{_ZONE}"

MISSING_WORDS = (
    *("", "na", "n/a", "n.a.", "n/a.", "#n/a", "#na", "<na>", "null", "(null)", "#null!", "none", "nil", "nan", "-nan", "nat", "\\n"),
    *(
        "-",
        "--",
        "---",
        "\u2013",
        "\u2014",
        "?",
        "??",
        ".",
        "..",
        "...",
        "*",
        "x/x",
        "missing",
        "unknown",
        "undefined",
        "nd",
        "n.d.",
        "n/d",
    ),
    *("#value!", "#ref!", "#div/0!", "#name?", "#num!"),
)
"""What people and programs write for a missing value, lower-case and without blanks around. They are told, never taken for it."""


def matches(column: str, pattern: str) -> str:
    """SQL: the whole of a text is spelled like the pattern."""
    return f"regexp_full_match({column}, {literal(pattern)})"


def cast(column: str, kind: str, attempt: str = "") -> str:
    """SQL: a text value as a type. A timestamp with a zone becomes UTC: DuckDB's direct cast would drop the zone."""
    if kind != "TIMESTAMP":
        return f"{attempt}CAST({column} AS {kind})"
    return f"CAST({attempt}CAST({column} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP)"


def as_kind(column: str, kind: str) -> str:
    """SQL: a text that is spelled like a DuckDB type as that type; blanks around it are no part of it."""
    return cast(f"trim({column})" if kind in ("DATE", "TIMESTAMP") else column, kind)


def is_integer(column: str) -> str:
    """SQL: the text is a whole number of 64 bits."""
    return f"({matches(column, INTEGER_TEXT)} AND TRY_CAST({column} AS BIGINT) IS NOT NULL)"


def is_whole(column: str) -> str:
    """SQL: the text is a whole number of 64 bits, perhaps written as a fraction of zeros (`2.0`)."""
    return f"({matches(column, WHOLE_TEXT)} AND TRY_CAST({column} AS BIGINT) IS NOT NULL)"


def is_number(column: str) -> str:
    """SQL: the text is a finite number."""
    return f"({matches(column, NUMBER_TEXT)} AND isfinite(TRY_CAST({column} AS DOUBLE)))"


def is_date(column: str) -> str:
    """SQL: the text is a day."""
    return f"({matches(f'trim({column})', DATE_TEXT)} AND TRY_CAST(trim({column}) AS DATE) IS NOT NULL)"


def is_timestamp(column: str, *, zoned: bool) -> str:
    """SQL: the text is a moment that names its zone, or one that does not."""
    text = f"trim({column})"
    return f"({matches(text, ZONED_TEXT if zoned else _CLOCK)} AND TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE) IS NOT NULL)"


def is_missing_word(column: str) -> str:
    """SQL: the text is one of `MISSING_WORDS`."""
    return f"(lower(trim({column})) IN ({', '.join(map(literal, MISSING_WORDS))}))"


def loses_digits(column: str) -> str:
    """SQL: the text is a number whose whole part is another one as a double (beyond 2^53)."""
    whole = f"regexp_extract({column}, '^\\s*([+-]?[0-9]+)(\\.[0-9]*)?\\s*$', 1)"
    exact, double = f"TRY_CAST({whole} AS HUGEINT)", f"TRY_CAST(trunc(TRY_CAST({column} AS DOUBLE)) AS HUGEINT)"
    return f"(length({whole}) > 15 AND ({exact} IS NULL OR {double} IS NULL OR {exact} <> {double}))"


def has_too_many_digits(column: str) -> str:
    """SQL: the number has more digits than the 17 that name a double, zeros at either end not counted."""
    digits = f"regexp_replace(regexp_replace(lower({column}), 'e.*$', ''), '[^0-9]', '', 'g')"
    return f"(length({column}) > 17 AND length(trim({digits}, '0')) > 17)"


def is_finer(column: str) -> str:
    """SQL: the text is a moment with digits after the microseconds, which a timestamp does not keep."""
    return f"regexp_matches({column}, '\\.[0-9]{{6}}0*[1-9]')"


def shortest(column: str) -> str:
    """SQL: a plain number without what does not change it (blanks, a plus sign, zeros at a fraction's end)."""
    bare = f"ltrim(trim({column}), '+')"
    return f"CASE WHEN contains({bare}, '.') THEN rtrim(rtrim({bare}, '0'), '.') ELSE {bare} END"


def is_moment(column: str) -> str:
    """SQL: the text is a day or a moment, with a zone or without."""
    return f"({is_date(column)} OR {is_timestamp(column, zoned=False)} OR {is_timestamp(column, zoned=True)})"
