"""Every kind of chart, drawn. A matrix is none of them: it is a table, shaded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from mlspec.diagnostics.numbers import shown
from mlspec.diagnostics.render.excerpt import visible, width
from mlspec.diagnostics.words import rest
from mlspec.reports.charts.model import Categories, Curve, Curves, Density, Histogram, Ranges, spread
from mlspec.reports.charts.track import padded
from mlspec.reports.svg.axes import Frame, Scale, frame
from mlspec.reports.svg.element import Picture, line, number, path, tag, text

SIDE, WIDTH, HEIGHT = 360.0, 560.0, 260.0
POINTS = 160
"""Of a curve: more can't be told apart at this size."""
ROW, LABEL, NAMED = 24.0, 200.0, 25
LEVELS = 5
"""Shades of a density."""


def curves_picture(chart: Curves) -> Picture:
    """Lines over two axes, told apart by their dashes, with a key where there are several."""
    box = frame(SIDE, SIDE, chart.x_ends, chart.y_ends, (chart.x, chart.y))
    parts = [box.markup()]
    if chart.reference:
        x1, y1, x2, y2 = chart.reference
        parts.append(line(box.x.at(x1), box.y.at(y1), box.x.at(x2), box.y.at(y2), "reference"))
    for i, curve in enumerate(chart.curves):
        parts += [*_curve(curve, box, i), *_key(curve.name, i, chart, box)]
    return Picture(SIDE, SIDE, chart.title, _of_curves(chart), "".join(parts))


def _curve(curve: Curve, box: Frame, index: int) -> Iterator[str]:
    at = spread(len(curve.x), POINTS)
    for i in at if curve.low else ():
        x = box.x.at(curve.x[i])
        yield line(x, box.y.at(curve.low[i]), x, box.y.at(curve.high[i]), "range thin")
    if len(at) > 1 and curve.joined:
        yield path([(box.x.at(curve.x[i]), box.y.at(curve.y[i])) for i in at], f"curve c{index % 4}")
    for i in at if curve.dots or len(at) == 1 else ():
        yield tag("circle", cx=box.x.at(curve.x[i]), cy=box.y.at(curve.y[i]), r=3.5, class_="value")


def _key(name: str, index: int, chart: Curves, box: Frame) -> Iterator[str]:
    if len(chart.curves) > 1:
        y = box.y.start - 14 - 16 * (len(chart.curves) - 1 - index)
        yield line(box.x.end - 128, y - 4, box.x.end - 104, y - 4, f"curve c{index % 4}")
        yield text(box.x.end - 98, y, name, "tick")


def _of_curves(chart: Curves) -> str:
    ends = "; ".join(
        f"{c.name} from ({shown(c.x[0])}, {shown(c.y[0])}) to ({shown(c.x[-1])}, {shown(c.y[-1])})" for c in chart.curves if c.x
    )
    beside = f". Beside it: {chart.reference_name}" if chart.reference_name else ""
    return f"{chart.y} by {chart.x}: {ends}{beside}. The numbers are in the table below it."


def ranges_picture(chart: Ranges) -> Picture:
    """Values with their intervals, one under the other."""
    known = chart.known() or [0.0, 1.0]
    height = ROW * len(chart.rows) + 54
    scale = Scale(*padded(min(known), max(known), 0.05), LABEL, WIDTH - 20)
    bottom = height - 46
    parts = [line(scale.at(v), 8, scale.at(v), bottom, "grid") for v in scale.ticks()]
    parts += [text(scale.at(v), bottom + 17, shown(v), "tick", "middle") for v in scale.ticks()]
    parts.append(line(LABEL, bottom, scale.end, bottom, "axis"))
    if math.isfinite(chart.line):
        parts.append(line(scale.at(chart.line), 4, scale.at(chart.line), bottom, "limit" if chart.is_limit else "reference"))
    for i, row in enumerate(chart.rows):
        parts += _range(row.name, (row.value, row.low, row.high), scale, 20 + ROW * i)
    said = f"{chart.x}; the line is {chart.line_name}" if chart.line_name else chart.x
    parts.append(text((LABEL + scale.end) / 2, bottom + 36, said, "name", "middle"))
    return Picture(WIDTH, height, chart.title, _of_ranges(chart), "".join(parts))


def _range(name: str, numbers: tuple[float, float, float], scale: Scale, y: float) -> Iterator[str]:
    value, low, high = numbers
    yield text(LABEL - 10, y + 4, _cut(name), "label", "end")
    if math.isfinite(low) and math.isfinite(high):
        yield line(scale.at(low), y, scale.at(high), y, "range")
    if math.isfinite(value):
        yield tag("circle", cx=scale.at(value), cy=float(y), r=4.5, class_="value")


def _cut(name: str) -> str:
    """As much of a name as there is room for; wide characters take two places."""
    seen = visible(name)
    if width(seen) <= NAMED:
        return seen
    end = next(i for i in range(len(seen), 0, -1) if width(seen[:i]) < NAMED or i == 1)
    return seen[:end] + "…"


def _of_ranges(chart: Ranges) -> str:
    said = "; ".join(f"{r.name} {shown(r.value)}" for r in chart.rows[:5])
    more = f"; {rest(len(chart.rows), 5)}" if len(chart.rows) > 5 else ""
    return f"{chart.x}: {said}{more}. The numbers are in the table below it."


def histogram_picture(chart: Histogram) -> Picture:
    """Bars that stand beside each other."""
    box = frame(WIDTH, HEIGHT, (chart.edges[0], chart.edges[-1]), (0.0, float(max(chart.counts, default=1) or 1)), (chart.x, "rows"))
    parts = [box.markup()]
    for i, count in enumerate(chart.counts):
        left, right, top = box.x.at(chart.edges[i]), box.x.at(chart.edges[i + 1]), box.y.at(float(count))
        if count:
            parts.append(tag("rect", x=left + 0.5, y=top, width=max(0.5, right - left - 1), height=box.y.start - top, class_="bar"))
    if chart.edges[0] <= chart.mark <= chart.edges[-1]:
        parts.append(line(box.x.at(chart.mark), box.y.start, box.x.at(chart.mark), box.y.end, "reference"))
    most = max(range(len(chart.counts)), key=lambda i: chart.counts[i], default=0)
    said = f"{sum(chart.counts):,} rows, the most from {shown(chart.edges[most])} to {shown(chart.edges[most + 1])}. {_BELOW}"
    return Picture(WIDTH, HEIGHT, chart.title, said, "".join(parts))


_BELOW = "The numbers are in the table below it."


def density_picture(chart: Density) -> Picture:
    """Squares, darker where more rows are; one path a shade."""
    box = frame(SIDE, SIDE, chart.x_ends, chart.y_ends, (chart.x, chart.y))
    wide, high = (box.x.end - box.x.start) / len(chart.counts), (box.y.start - box.y.end) / len(chart.counts[0])
    most = max(max(column) for column in chart.counts)
    shades: dict[int, list[str]] = {}
    for i, column in enumerate(chart.counts):
        for j, count in enumerate(column):
            if count:
                corner = f"M{number(box.x.start + i * wide)} {number(box.y.start - (j + 1) * high)}"
                shades.setdefault(shade(count, most), []).append(f"{corner}h{number(wide)}v{number(high)}h-{number(wide)}z")
    parts = [tag("path", d="".join(found), class_=f"d{level}") for level, found in sorted(shades.items())]
    if chart.diagonal:
        low, high_ = max(chart.x_ends[0], chart.y_ends[0]), min(chart.x_ends[1], chart.y_ends[1])
        parts.append(line(box.x.at(low), box.y.at(low), box.x.at(high_), box.y.at(high_), "reference"))
    said = f"{sum(map(sum, chart.counts)):,} rows; at most {most:,} in a square. {chart.diagonal} {_BELOW}"
    return Picture(SIDE, SIDE, chart.title, said, box.markup() + "".join(parts))


def shade(count: int, most: int) -> int:
    """The shade of a square, 1 to LEVELS: by the logarithm, since a few squares hold most rows."""
    return 1 + min(LEVELS - 1, int(math.log1p(count) / math.log1p(max(1, most)) * LEVELS - 1e-9)) if count else 0


def categories_picture(chart: Categories) -> Picture:
    """Bars and lines over named points."""
    values = [v for s in chart.series for v in s.values]
    low, high = (min([*values, 0.0]), max([*values, 0.0])) if any(s.form == "bar" for s in chart.series) else (min(values), max(values))
    start, end = padded(low, high, 0.05)
    box = frame(WIDTH, HEIGHT, (0.0, float(len(chart.labels))), (start if low else low, end), ("", chart.y))
    parts = [line(box.x.start, box.y.start, box.x.end, box.y.start, "axis"), box.heights()]
    parts += [text(4, box.y.end - 10, chart.y, "name"), text((box.x.start + box.x.end) / 2, box.y.start + 36, chart.x, "name", "middle")]
    parts += [text(box.x.at(i + 0.5), box.y.start + 17, chart.labels[i], "tick", "middle") for i in spread(len(chart.labels), 6)]
    for i, series in enumerate(chart.series):
        parts += _bars(series.values, box) if series.form == "bar" else [_line(series.values, box, i)]
    return Picture(WIDTH, HEIGHT, chart.title, f"{chart.y} by {chart.x}, {len(chart.labels)} points. {_BELOW}", "".join(parts))


def _bars(values: Sequence[float], box: Frame) -> Iterator[str]:
    for i, value in enumerate(values):
        ends = sorted((box.y.at(value), box.y.at(0.0)))
        left, right = box.x.at(i + 0.15), box.x.at(i + 0.85)
        yield tag("rect", x=left, y=ends[0], width=right - left, height=ends[1] - ends[0], class_="bar")


def _line(values: Sequence[float], box: Frame, index: int) -> str:
    return path([(box.x.at(i + 0.5), box.y.at(v)) for i, v in enumerate(values)], f"curve c{index % 4}")
