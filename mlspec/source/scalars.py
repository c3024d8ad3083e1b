"""Plain scalars by the YAML 1.2 core schema: `NO` is text, `1e-3` a number, `0755` is 755, dates are text."""

from __future__ import annotations

import re
from typing import Any

_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NON_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NULLS = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_BOOLS = dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_WORDS: dict[str, Any] = _NULLS | _BOOLS
_NUMBER_START = frozenset("0123456789+-.")
MAX_DIGITS = 400


def resolve(text: str) -> Any:
    """Return the value of a plain scalar. Raises ValueError for a number that is not finite or has over 400 characters."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMBER_START else text


def _number(text: str) -> Any:
    if _NON_FINITE.fullmatch(text):
        raise ValueError("the number is not finite")
    is_int, is_float = _INT.fullmatch(text), _FLOAT.fullmatch(text)
    if len(text) > MAX_DIGITS and (is_int or is_float):
        raise ValueError(f"the number has {len(text)} characters")
    if is_int:
        return int(text)
    if is_float:
        return _finite(float(text))
    if _OCTAL.fullmatch(text) and len(text) <= MAX_DIGITS:
        return int(text, 0)
    return int(text, 16) if _HEX.fullmatch(text) and len(text) <= MAX_DIGITS else text


def _finite(value: float) -> float:
    if value in (float("inf"), float("-inf")):
        raise ValueError("the number is not finite")
    return value
