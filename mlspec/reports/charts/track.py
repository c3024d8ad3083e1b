"""A row's numbers on one axis: a value with its interval, the limit, and what it is compared with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from mlspec.diagnostics.numbers import shown


@dataclass(frozen=True, slots=True)
class Track:
    """Numbers of one gate, drawn within a cell; NaN where there is none. `good`: on which side of the limit a value may be.

    `good`: "below", "above", "within" (of either sign, of a size up to the limit), or "" without a limit.
    """

    title: str
    value: float
    low: float = math.nan
    high: float = math.nan
    limit: float = math.nan
    good: str = ""
    baseline: float = math.nan
    champion: float = math.nan

    @property
    def known(self) -> list[float]:
        """Every number there is to draw."""
        every = (self.value, self.low, self.high, self.baseline, self.champion, *self.limits)
        return [v for v in every if math.isfinite(v)]

    @property
    def limits(self) -> tuple[float, ...]:
        """Where the limit stands: on both sides, where it bounds a size."""
        if not math.isfinite(self.limit):
            return ()
        return (-self.limit, self.limit) if self.good == "within" else (self.limit,)

    @property
    def has_interval(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high) and self.low != self.high

    def ends(self) -> tuple[float, float]:
        """The ends of the axis, a little beyond what is drawn."""
        return padded(min(self.known), max(self.known), 0.08)

    def words(self) -> str:
        """All that is drawn, said in a sentence."""
        return f"{self.title}: {', '.join(self._said())}" if self.known else f"{self.title}: no number"

    def _said(self) -> Iterator[str]:
        if math.isfinite(self.value):
            between = f" (interval {shown(self.low)} to {shown(self.high)})" if self.has_interval else ""
            yield f"value {shown(self.value)}{between}"
        if self.limits:
            yield f"limit {' and '.join(shown(v) for v in self.limits)}{f', good {self.good} it' if self.good else ''}"
        for name, number in (("baseline", self.baseline), ("champion", self.champion)):
            if math.isfinite(number):
                yield f"{name} {shown(number)}"


def padded(low: float, high: float, share: float) -> tuple[float, float]:
    """The ends, moved apart by a share of what is between them; equal ones are told apart. Nothing leaves a float's range."""
    room = (high / 2 - low / 2) * 2 * share if high / 2 > low / 2 else 0.0
    room = min(room, 1e307) or abs(high) * 0.05 or 1.0
    return max(low - room, -1.7e308), min(high + room, 1.7e308)


def place(value: float, low: float, high: float) -> float:
    """Where a value stands between the ends, 0 to 1, also for numbers near the ends of a float's range."""
    span = high / 2 - low / 2
    return min(1.0, max(0.0, (value / 2 - low / 2) / span)) if span > 0 and math.isfinite(value) else 0.5


WIDTH = 28
"""Characters of a track."""


def track_text(track: Track, width: int = WIDTH) -> str:
    """The track in characters: `├──●──┤` the value in its interval, `│` the limit, `◇` champion, `□` baseline."""
    if not track.known:
        return ""
    low, high = track.ends()
    cells = [" "] * width

    def put(value: float, sign: str) -> None:
        if math.isfinite(value):
            cells[_cell(value, low, high, width)] = sign

    if track.has_interval:
        start, end = (_cell(v, low, high, width) for v in (track.low, track.high))
        cells[start : end + 1] = ["─"] * (end - start + 1)
        cells[start], cells[end] = "├", "┤"
    for limit in track.limits:
        put(limit, "│")
    put(track.baseline, "□")
    put(track.champion, "◇")
    put(track.value, "●")
    return "".join(cells).rstrip()


def _cell(value: float, low: float, high: float, width: int) -> int:
    return min(width - 1, int(place(value, low, high) * width))
