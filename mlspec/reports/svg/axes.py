"""Scales and axes: where a number stands, and round numbers beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlspec.diagnostics.numbers import shown
from mlspec.reports.charts.track import place
from mlspec.reports.svg.element import line, text


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from `low` to `high` on pixels from `start` to `end` (which may run downwards)."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value; values beyond the ends stand at them."""
        return self.start + place(value, self.low, self.high) * (self.end - self.start)

    def ticks(self, most: int = 5) -> list[float]:
        """Round numbers between the ends."""
        return ticks(self.low, self.high, most)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most about `most` multiples of 1, 2 or 5 times a power of ten; none where the ends are too far apart to count."""
    step = (high / most - low / most) if high > low else 0.0
    if not (math.isfinite(step) and 1e-300 < step < 1e300):
        return []
    power = 10.0 ** math.floor(math.log10(step))
    size = next(m for m in (1, 2, 5, 10) if m * power >= step * (1 - 1e-9)) * power
    first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
    return [i * size for i in range(first, last + 1)] if last - first <= 2 * most else []


@dataclass(frozen=True, slots=True)
class Frame:
    """Two axes with their names: the box that a chart is drawn in."""

    x: Scale
    y: Scale
    x_name: str
    y_name: str

    def heights(self) -> str:
        """The lines across, each with its number."""
        left, ticks = self.x.start, self.y.ticks()
        lines = [line(left, self.y.at(v), self.x.end, self.y.at(v), "grid") for v in ticks]
        return "".join([*lines, *(text(left - 6, self.y.at(v) + 4, shown(v), "tick", "end") for v in ticks)])

    def markup(self) -> str:
        """Grid, ticks and names."""
        bottom, left, top = self.y.start, self.x.start, self.y.end
        parts = [self.heights()]
        parts += [line(self.x.at(v), bottom, self.x.at(v), bottom + 4, "axis") for v in self.x.ticks()]
        parts += [text(self.x.at(v), bottom + 17, shown(v), "tick", "middle") for v in self.x.ticks()]
        parts += [line(left, bottom, self.x.end, bottom, "axis"), line(left, bottom, left, top, "axis")]
        parts += [text((left + self.x.end) / 2, bottom + 36, self.x_name, "name", "middle"), text(4, top - 10, self.y_name, "name")]
        return "".join(parts)


def frame(width: float, height: float, x: tuple[float, float], y: tuple[float, float], names: tuple[str, str]) -> Frame:
    """A frame for a picture of this size, with room for names and numbers."""
    return Frame(Scale(*x, 58, width - 14), Scale(*y, height - 46, 28), *names)
