"""Three verdicts, and how many rows would settle an open one."""

from __future__ import annotations

import math

from mlspec.metrics.verdict import decide, rows_to_settle


def test_three_verdicts() -> None:
    assert decide(-0.1, -0.01) == "pass"
    assert decide(0.1, 0.2) == "fail"
    assert decide(-0.1, 0.05) == "inconclusive"
    assert decide(math.nan, -1) == decide(-0.1, math.nan) == "inconclusive"


def test_four_times_the_rows_halve_the_interval() -> None:
    assert rows_to_settle(100, -0.1, 0.1) == 400
    assert rows_to_settle(100, 0.0, 0.1) == rows_to_settle(100, -0.1, math.nan) == 0
