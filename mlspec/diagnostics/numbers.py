"""Numbers as people write them: `14,400`, not `1.44e+04`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeGuard

SMALL = 1e-6
"""Below it a number has more noughts than a reader can count, and is written with an exponent."""


def is_finite(value: float | None) -> TypeGuard[float]:
    """Whether it is a number that a float can hold: JSON that others wrote has integers of any length."""
    try:
        return value is not None and math.isfinite(value)
    except OverflowError:
        return False


def shown(value: float | None, digits: int = 4, *, sign: bool = False, none: str = "-") -> str:
    """`digits` significant digits, but never fewer than stand before the point; `none` where there is no finite number."""
    if not is_finite(value):
        return none
    text = _plain(float(value), digits)
    return f"+{text}" if sign and value > 0 else text


def interval(estimate: tuple[float | None, float | None, float | None], digits: int = 4, *, sign: bool = False) -> str:
    """`2.78 (2.45 to 3.18)` of (value, low, high); the value alone where an end is not known. `sign`: `+2.78 (+2.45 to +3.18)`."""
    value, low, high = (shown(number, digits, sign=sign) for number in estimate)
    if not (is_finite(estimate[1]) and is_finite(estimate[2])):
        return value
    return f"{value} ({low} to {high})"


def enough_digits(value: float, others: Sequence[float], digits: int = 4, most: int = 12) -> int:
    """How many digits tell `value` from each of `others` that differs from it: a bound of 50.0004 is not `50` beside a limit of 50."""
    apart = [o for o in others if is_finite(o) and o != value]
    return next((n for n in range(digits, most) if all(shown(o, n) != shown(value, n) for o in apart)), most)


def _plain(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    if abs(value) < SMALL:
        return f"{value:.{digits}g}"
    text = f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
