"""The grid on which the rows of series stand: equal steps of time, or of months. Times are microseconds since 1970 UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from mlspec.diagnostics import problem

Array = np.ndarray[Any, Any]
SECOND = 1_000_000
DAY = 86_400 * SECOND
_LEAST_MONTH = 28 * DAY
HELP = "resample the rows to equal steps in a `clean` step or a FeatureSet; times of a zone with summer time go in as UTC"


@dataclass(frozen=True, slots=True)
class Grid:
    """`size`: microseconds a step, or months where `months`; `anchor`: the microseconds of a row that stands on it."""

    size: int
    anchor: int
    months: bool = False

    def positions(self, times: Array) -> Array:
        """Which step each time is, (n,) int64, from 0 at the anchor. Raises MLS0647 for one between two steps."""
        at = np.asarray(times, dtype=np.int64)
        if self.months:
            anchor = np.array([self.anchor])
            found, rest = np.divmod(_month(at) - _month(anchor), self.size)
            off = (rest != 0) | ~_same_day(at, anchor)
        else:
            found, rest = np.divmod(at - self.anchor, self.size)
            off = rest != 0
        if off.any():
            raise problem("MLS0647", f"the time {shown(at[np.flatnonzero(off)[0]])} lies between two steps of {self.words}", help=HELP)
        return np.asarray(found, dtype=np.int64)

    def floor(self, time: int) -> int:
        """The step that an instant is in."""
        if self.months:
            held = _month(np.array([time, self.anchor]))
            return int((held[0] - held[1]) // self.size)
        return (time - self.anchor) // self.size

    def time(self, position: int) -> int:
        """The first microsecond of a step: of months that of its month."""
        if not self.months:
            return self.anchor + position * self.size
        month = np.datetime64(self.anchor, "us").astype("datetime64[M]") + np.timedelta64(position * self.size, "M")
        return int(month.astype("datetime64[us]").astype(np.int64))

    @property
    def words(self) -> str:
        """`1 h`, `7 d`, `3 months`."""
        if self.months:
            return "1 month" if self.size == 1 else f"{self.size} months"
        for unit, name in ((DAY, "d"), (3600 * SECOND, "h"), (60 * SECOND, "min"), (SECOND, "s")):
            if self.size % unit == 0:
                return f"{self.size // unit} {name}"
        return f"{self.size} microseconds"

    @property
    def season(self) -> int:
        """Steps of the usual season: a year of months, quarters or weeks, a week of days, a day of what is shorter; else 1."""
        if self.months:
            return 12 // self.size if 12 % self.size == 0 else 1
        if self.size < DAY:
            return DAY // self.size if DAY % self.size == 0 else 1
        return {DAY: 7, 7 * DAY: 52}.get(self.size, 1)

    def to_json(self) -> dict[str, Any]:
        """The form that a signature holds."""
        return {"size": self.size, "anchor": self.anchor, "months": self.months}

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(int(form["size"]), int(form["anchor"]), bool(form["months"]))


def grid_of(times: Array, series: Array) -> Grid:
    """The grid of rows (n,): its step is the smallest between two rows of a series. `series` (n,): a number for each row's.

    Raises MLS0647 for a time that a series has twice, for series of one row each, and for rows that are not on one grid.
    """
    order = np.lexsort((times, series))
    steps = np.diff(times[order])[np.diff(series[order]) == 0]
    if not len(steps):
        raise problem("MLS0647", "no series has two rows, so nothing says how long a step is", help="give more rows, or another `series`")
    if (steps == 0).any():
        first = np.flatnonzero((np.diff(times[order]) == 0) & (np.diff(series[order]) == 0))[0]
        text = f"{int((steps == 0).sum()):,} rows have the time of another row of their series, such as {shown(times[order][first])}"
        help_ = "name what tells series apart under `series`, drop what is there twice, and take UTC where clocks go back"
        raise problem("MLS0647", text, help=help_)
    anchor = int(times.min())
    if steps.min() >= _LEAST_MONTH and _same_day(times, np.array([anchor])).all():
        months = np.diff(_month(times[order]))[np.diff(series[order]) == 0]
        grid = Grid(int(months.min()), anchor, months=True)
    else:
        grid = Grid(int(steps.min()), anchor)
    grid.positions(times)
    return grid


def _month(times: Array) -> Array:
    found: Array = times.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    return found


def _same_day(times: Array, anchor: Array) -> Array:
    """Whether they stand at the same moment of their months, or all on the last day of one."""
    at, held = times.astype("datetime64[us]"), anchor.astype("datetime64[us]")

    def within(moments: Array) -> Array:
        found: Array = moments.astype(np.int64) - moments.astype("datetime64[M]").astype("datetime64[us]").astype(np.int64)
        return found

    def to_end(moments: Array) -> Array:
        after = (moments.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[us]")
        found: Array = after.astype(np.int64) - moments.astype(np.int64)
        return found

    last = (to_end(at) <= DAY) & (to_end(held) <= DAY) & (to_end(at) == to_end(held))
    same: Array = (within(at) == within(held)) | last
    return same


def shown(microseconds: Any) -> str:
    """2024-05-01T12:00:00."""
    return str(np.datetime64(int(microseconds), "us").astype("datetime64[s]"))
