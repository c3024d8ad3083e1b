"""A metric over folds: its mean, and an interval where folds are drawn alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlspec.metrics.corrected import corrected


@dataclass(frozen=True, slots=True)
class Folded:
    """A metric's value on each fold, NaN where it is not defined, and the ends of the interval of their mean; NaN where there is none."""

    values: tuple[float, ...]
    low: float
    high: float

    @property
    def value(self) -> float:
        """The mean; NaN where a fold has no value."""
        return math.fsum(self.values) / len(self.values)

    @property
    def undefined(self) -> int:
        """The first fold without a value, counted from 1; 0 where all have one."""
        return next((i for i, value in enumerate(self.values, 1) if not math.isfinite(value)), 0)


def folded(values: Sequence[float], sizes: Sequence[tuple[int, int]], confidence: float, *, alike: bool) -> Folded:
    """`sizes`: rows to learn from and to judge on, a fold. `alike`: rows are drawn alike, so that Nadeau and Bengio's interval holds.

    Where time orders the rows it does not: later folds learn from more, and of another time. Nor is there one where all folds say the
    same: what does not vary tells nothing of how far others may lie.
    """
    varies = len(set(values)) > 1
    low, high = corrected(values, sizes, confidence) if alike and varies else (math.nan, math.nan)
    return Folded(tuple(values), low, high)
