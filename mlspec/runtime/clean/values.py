"""A scalar of a spec as a value of a column: it is cast to the column's type first, so that values meet and never two spellings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlspec.runtime.clean.casting import EXACT, WHOLE, as_text, cast_sql, declared_type, is_real
from mlspec.runtime.tables import literal

_ENDLESS = r"\s*[+-]?(inf|infinity|nan)\s*"


def value_sql(value: Any, kind: str) -> str:
    """SQL: the scalar as a value of a DuckDB type; NULL where it is none of that type (also for None)."""
    if value is None or kind == "VARCHAR":
        return f"CAST({literal(as_text(value))} AS {kind})"
    text, to = literal(as_text(value)), declared_type(kind)
    if to is None:
        return f"TRY_CAST({text} AS {kind})"
    if kind in WHOLE:
        return f"coalesce({_whole(text, kind)}, {_whole(cast_sql(text, 'VARCHAR', 'integer'), kind)}, {_from_real(text, kind)})"
    if is_real(kind):
        return f"coalesce({_real(text, kind)}, {_endless(text, kind)})"
    return f"CAST({cast_sql(text, 'VARCHAR', to)} AS {kind})"


def _whole(text: str, kind: str) -> str:
    """Digits alone: whole numbers of any size are read without a detour by fractions."""
    return f"CASE WHEN regexp_full_match(CAST({text} AS VARCHAR), '\\s*[+-]?[0-9]+\\s*') THEN TRY_CAST({text} AS {kind}) END"


def _from_real(text: str, kind: str) -> str:
    """`1e3`: a number whose fraction is nothing."""
    number = cast_sql(text, "VARCHAR", "number")
    return f"CASE WHEN {number} = floor({number}) AND abs({number}) <= {EXACT} THEN TRY_CAST({number} AS {kind}) END"


def _real(text: str, kind: str) -> str:
    number = cast_sql(text, "VARCHAR", "number")
    if kind in ("FLOAT", "DOUBLE"):
        return f"TRY_CAST({number} AS {kind})"
    exact = f"TRY_CAST(trim({text}) AS {kind})"  # a decimal rounds what has more digits than it holds: that is another value
    return f"CASE WHEN CAST({exact} AS DOUBLE) = {number} THEN {exact} END"


def _endless(text: str, kind: str) -> str:
    if kind not in ("FLOAT", "DOUBLE"):
        return "NULL"
    return f"CASE WHEN regexp_full_match(lower({text}), {literal(_ENDLESS)}) THEN TRY_CAST(trim({text}) AS {kind}) END"


def are_values(connection: Any, values: Iterable[Any], kind: str) -> list[bool]:
    """Whether each scalar is a value of the type; None, which stands for a missing one, always is."""
    items = [f"{literal(v is None)} OR {value_sql(v, kind)} IS NOT NULL" for v in values]
    return [bool(found) for found in connection.execute(f"SELECT {', '.join(items)}").fetchone()] if items else []
