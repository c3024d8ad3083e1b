"""What is estimated: a value, its interval, and whether the rows were enough for one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mlspec.metrics.answers import Array

LEAST_ROWS = 30
"""Rows that an interval needs."""
LEAST_BLOCKS = 10
"""Units (groups, or runs of rows) that an interval needs: of fewer, no resample tells how far they differ."""
LEAST_EVEN = 8.0
"""Rows that an interval must rest on, counted as if they weighed alike: of fewer, the next sample may be quite another one."""
LEAST_EVEN_UNITS = 2.5
"""The same for groups and blocks: sums of many rows have lighter tails, and Student's quantile for so few is wide (ten normal ones: 4)."""
LEAST_DIFFERING = 15.0
"""The same for how two models differ in a metric of classes: where few rows differ, the difference takes few values."""
UNITS = {
    "": "rows",
    "group": "groups of the split",
    "fold": "folds of the split",
    "block": "blocks of rows in time",
    "part": "parts of the rows",
}
DRAWN_WHOLE = ("group", "fold", "block")
"""Those that hold many rows each as they come, so that a sum over one has lighter tails than a row."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval; NaN where it is not defined. `blocks`: how many independent draws the `rows` make.

    `drawn`: what is drawn as a whole, a key of UNITS. `even`: how many of these the interval rests on, as if they weighed alike;
    `asked`: how many are needed. `tail`: the largest errors grow so fast that the rows can't tell their mean. `note`: what else to say.
    """

    value: float
    low: float
    high: float
    rows: int
    blocks: float
    drawn: str = ""
    even: float = math.inf
    asked: float = LEAST_EVEN
    tail: bool = False
    note: str = ""

    @property
    def is_few(self) -> bool:
        """Whether there are too few rows or blocks to say anything."""
        return self.rows < LEAST_ROWS or self.blocks < LEAST_BLOCKS

    @property
    def rows_needed(self) -> int:
        """0 when the rows and blocks are enough for an interval; else about how many rows would be."""
        if self.is_few:
            return max(LEAST_ROWS, math.ceil(self.rows * LEAST_BLOCKS / self.blocks) if self.blocks else 0)
        uneven = self.even < self.asked
        return math.ceil(self.rows * self.asked / max(self.even, 1.0)) if uneven else 0

    @property
    def is_unsound(self) -> bool:
        """Whether the rows can't carry an interval."""
        return self.tail or self.rows_needed > 0

    def without_interval(self) -> Estimate:
        """The value alone."""
        return replace(self, low=math.nan, high=math.nan)

    def if_sound(self) -> Estimate:
        """The value alone, where the rows can't carry an interval."""
        return self.without_interval() if self.is_unsound else self


@dataclass(frozen=True, slots=True, eq=False)
class Resampling:
    """How intervals are drawn. `confidence`: the share of samples whose interval holds the truth.

    `groups`: (rows,) the group of each row, where rows of a group err alike; they are drawn as a whole. `kind`: what these are, a key of
    UNITS. `ordered`: the rows stand in order of time; `by_time`: all that came after a moment, too. `block`: rows that are drawn together
    then; None: told from how long errors stay alike.
    """

    confidence: float = 0.95
    resamples: int = 1000
    block: int | None = None
    seed: int = 0
    ordered: bool = False
    by_time: bool = False
    groups: Array | None = None
    kind: str = "group"

    def of(self, rows: Array) -> Resampling:
        """The same for some of the rows (a boolean array)."""
        return self if self.groups is None else replace(self, groups=self.groups[rows])

    def drawn(self, units: int, rows: int) -> str:
        """What is drawn as a whole: a key of UNITS."""
        return self.kind if self.groups is not None else "block" if units < rows else ""
