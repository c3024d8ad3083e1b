"""A gate's numbers on one line: told apart by shape, the side that is not allowed by hatching."""

from __future__ import annotations

import math

from mlspec.reports.charts.track import Track
from mlspec.reports.svg.axes import Scale
from mlspec.reports.svg.element import Picture, line, path, tag

WIDTH, HEIGHT, MIDDLE = 200.0, 26.0, 13.0


def track_picture(track: Track) -> Picture:
    """Draw a track. The pattern `bad` stands in the page once, for all of them."""
    scale = Scale(*track.ends(), 4, WIDTH - 4)
    parts = [*_bad(track, scale), line(4, MIDDLE, WIDTH - 4, MIDDLE, "grid")]
    parts += [line(scale.at(v), 2, scale.at(v), HEIGHT - 2, "limit") for v in track.limits]
    if track.has_interval:
        low, high = scale.at(track.low), scale.at(track.high)
        parts += [line(low, MIDDLE, high, MIDDLE, "range"), *(line(x, MIDDLE - 5, x, MIDDLE + 5, "range cap") for x in (low, high))]
    if math.isfinite(track.baseline):
        parts.append(tag("rect", x=scale.at(track.baseline) - 4, y=MIDDLE - 4, width=8, height=8, class_="baseline"))
    if math.isfinite(track.champion):
        parts.append(diamond(scale.at(track.champion), MIDDLE))
    if math.isfinite(track.value):
        parts.append(tag("circle", cx=scale.at(track.value), cy=MIDDLE, r=4.5, class_="value"))
    return Picture(WIDTH, HEIGHT, f"{track.title}, drawn", track.words(), "".join(parts), "track")


def diamond(x: float, y: float, size: float = 5.5) -> str:
    """A square on its corner."""
    return path([(x - size, y), (x, y - size), (x + size, y), (x, y + size), (x - size, y)], "champion")


def _bad(track: Track, scale: Scale) -> list[str]:
    """What lies beyond the limit."""
    stretches = {
        "below": [(track.limit, math.inf)],
        "above": [(-math.inf, track.limit)],
        "within": [(-math.inf, -track.limit), (track.limit, math.inf)],
    }.get(track.good if track.limits else "", [])
    found = []
    for low, high in stretches:
        start = scale.start if low == -math.inf else scale.at(low)
        end = scale.end if high == math.inf else scale.at(high)
        if end > start:
            found.append(tag("rect", x=start, y=2, width=end - start, height=HEIGHT - 4, class_="bad"))
    return found
