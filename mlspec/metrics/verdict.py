"""The three verdicts on an estimate against a limit, and how many rows would settle an open one."""

from __future__ import annotations

import math
from typing import Literal

Verdict = Literal["pass", "fail", "inconclusive"]


def decide(value: float, bound: float) -> Verdict:
    """`value` and `bound` are distances past the limit: at most 0 is good. Rounding errors of 1e-12 are forgiven."""
    if not math.isfinite(value):
        return "inconclusive"
    if value > 1e-12:
        return "fail"
    return "pass" if math.isfinite(bound) and bound <= 1e-12 else "inconclusive"


def rows_to_settle(rows: int, value: float, bound: float) -> int:
    """How many rows would bring the bound to the limit, if the value stays: the half-width shrinks with their root; 0 where none would."""
    if not (math.isfinite(value) and math.isfinite(bound)) or value >= 0:
        return 0
    return math.ceil(rows * ((bound - value) / -value) ** 2)
