"""What is known of series up to an origin: the last values of each, on the grid. Part of what a model's pickle names: it stays here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlspec.runtime.forecast.grid import SECOND, Grid

Array = np.ndarray[Any, Any]


class Stand:
    """Where rows stand: on which step of the grid, and in which series. `time`, `series`: columns of features as `prepare` made them."""

    def __init__(self, grid: Grid, time: str, series: Sequence[str]) -> None:
        self.grid, self.time, self.series = grid, time, tuple(series)

    def positions(self, features: Any) -> Array:
        """The step of each row, (n,) int64. Raises MLS0647."""
        return self.grid.positions(microseconds(features[self.time]))

    def keys(self, features: Any) -> list[tuple[str, ...]]:
        """The series of each row."""
        if not self.series:
            return [()] * len(features)
        columns = [[_text(v) for v in features[name].tolist()] for name in self.series]
        return list(zip(*columns, strict=True))


class History:
    """`values` (s, w): of s series the last w steps up to step `end`, NaN where nothing is known."""

    def __init__(self, keys: Sequence[tuple[str, ...]], end: int, values: Array) -> None:
        self.rows = {key: i for i, key in enumerate(keys)}
        self.end, self.values = end, values

    @property
    def first(self) -> int:
        """The step of the first column."""
        return self.end - int(self.values.shape[1]) + 1


def history_of(keys: Sequence[tuple[str, ...]], at: Array, target: Array, end: int, width: int) -> History:
    """The last `width` steps up to `end` of rows with a target, (n,) each; later rows are left out."""
    names = sorted(set(keys))
    found = History(names, end, np.full((len(names), width), np.nan))
    rows = np.array([found.rows[key] for key in keys], dtype=np.int64)
    inside = (at <= end) & (at >= found.first)
    found.values[rows[inside], at[inside] - found.first] = target[inside]
    return found


def microseconds(seconds: Any) -> Array:
    """Seconds since 1970 as whole microseconds, (n,) int64."""
    found: Array = np.rint(np.asarray(seconds, dtype=np.float64) * SECOND).astype(np.int64)
    return found


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
