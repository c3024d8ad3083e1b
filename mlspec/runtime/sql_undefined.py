"""Arithmetic that has no answer (0/0, the root of -1) is missing, also in the middle of a user's expression.

To DuckDB it is NaN, which is larger than every number: `clicks / views > 0.1` would hold where both are 0, and a filter keep the row.
"""

from __future__ import annotations

from typing import Any

_ONE = ("sqrt", "ln", "log2", "log10", "acos", "asin", "acosh", "atanh", "gamma")
_TWO = ("/", "pow", "power", "^", "**", "fmod", "fdiv")


def define(connection: Any) -> None:
    """Put macros in front of DuckDB's operators and functions, for all SQL of the connection."""
    heads = {f'"{name}"': ("a",) for name in _ONE} | {f'"{name}"': ("a, b",) for name in _TWO} | {"log": ("a", "b, a")}
    connection.execute("; ".join(f"CREATE OR REPLACE MACRO {name}{_forms(name, takes)}" for name, takes in heads.items()))


def _forms(name: str, takes: tuple[str, ...]) -> str:
    return ", ".join(f"({given}) AS nullif(system.main.{name}({given}), 'nan'::DOUBLE)" for given in takes)
