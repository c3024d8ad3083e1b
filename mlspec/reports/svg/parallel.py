"""Parallel coordinates (Inselberg 1985), drawn: weak lines for all settings, strong ones over them for the best."""

from __future__ import annotations

import math

from mlspec.reports.charts.parallel import Parallel
from mlspec.reports.svg.element import Picture, line, path, text

WIDTH, HEIGHT, LONGEST = 560.0, 260.0, 18
_TOP, _BOTTOM, _SIDE = 34.0, 216.0, 60.0


def parallel_picture(chart: Parallel) -> Picture:
    """An axis a parameter, evenly spaced; the last axis of all is the value, when there is one for it."""
    step = (WIDTH - 2 * _SIDE) / max(1, len(chart.axes) - 1)
    at = [_SIDE + step * i for i in range(len(chart.axes))]
    parts = [line(x, _TOP, x, _BOTTOM, "axis") for x in at]
    for x, axis in zip(at, chart.axes, strict=True):
        parts.append(text(x, _TOP - 18, _cut(axis.name), "name", "middle"))
        parts.append(text(x, _TOP - 5, _cut(axis.high), "tick", "middle"))
        parts.append(text(x, _BOTTOM + 15, _cut(axis.low), "tick", "middle"))
    for i, way in reversed(list(enumerate(chart.ways))):
        points = [(x, _BOTTOM - place * (_BOTTOM - _TOP)) for x, place in zip(at, way.places, strict=True) if math.isfinite(place)]
        if len(points) > 1:
            parts.append(path(points, "way best" if i == 0 else "way good" if i < chart.good else "way"))
    said = f"{len(chart.ways)} settings by {chart.value}; the best drawn strongest. The numbers of the best are in the table below it."
    return Picture(WIDTH, HEIGHT, chart.title, said, "".join(parts))


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
