"""Plain scalars by the YAML 1.2 core schema: `NO` is text, `1e-3` a number, `0755` is 755, dates are text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mlspec.language.yaml.limits import LIMITS

_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NON_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NULLS = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_BOOLS = dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_WORDS: dict[str, Any] = _NULLS | _BOOLS
_NUMBER_START = frozenset("0123456789+-.")


def resolve(text: str, digits: int = LIMITS.digits) -> Any:
    """Return the value of a plain scalar. Raises ValueError for a number that is not finite or has over `digits` characters."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text, digits) if text[0] in _NUMBER_START else text


def _number(text: str, digits: int) -> Any:
    if _NON_FINITE.fullmatch(text):
        raise ValueError("the number is not finite")
    read = next((read for form, read in _FORMS if form.fullmatch(text)), None)
    if read is None:
        return text
    if len(text) > digits:
        raise ValueError(f"the number has {len(text)} characters")
    return read(text)


def _finite(value: float) -> float:
    if value in (float("inf"), float("-inf")):
        raise ValueError("the number is not finite")
    return value


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (_INT, int),
    (_FLOAT, lambda text: _finite(float(text))),
    (_OCTAL, lambda text: int(text, 8)),
    (_HEX, lambda text: int(text, 16)),
)
