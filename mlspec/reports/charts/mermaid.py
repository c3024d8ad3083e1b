"""Draws a chart as a Mermaid block, which GitHub renders itself, and as a line of blocks for where Mermaid stays text.

The part of Mermaid's grammar that is written here, and how it was tried: docs/decisions/0007-plots-in-comments.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from mlspec.diagnostics.numbers import shown
from mlspec.reports.charts.model import Categories, Series
from mlspec.reports.markdown import code

CONFIG = """\
---
config:
  xyChart:
    width: 900
    height: 360
    xAxis:
      labelFontSize: 10
  themeVariables:
    xyChart:
      plotColorPalette: "#4f8fe6, #e5603b, #3aa676, #a069c9"
---
"""
"""Mermaid's own first colour can hardly be seen on white. These can, on white and on black."""
LABEL, TITLE = 18, 80
"""Characters: longer labels run into each other."""
TINY, HUGE = 1e-9, 1e15
"""Values beyond would be more digits than a chart shows; Mermaid's numbers have no exponent."""
_BLOCKS = "▁▂▃▄▅▆▇█"


def mermaid(chart: Categories) -> str:
    """Return the chart as a fenced block, or "" where its numbers are too large, or too small, to be drawn."""
    values = [value for series in chart.series for value in series.values]
    if any(abs(value) > HUGE or 0 < abs(value) < TINY for value in values):
        return ""
    low, high = _range(values, from_nought=any(series.form == "bar" for series in chart.series))
    lines = [
        "xychart-beta",
        f"    title {quoted(chart.title, TITLE)}",
        f"    x-axis {quoted(chart.x, TITLE)} [{', '.join(_different(chart.labels))}]",
        f"    y-axis {quoted(chart.y, TITLE)} {number(low)} --> {number(high)}",
        *(f"    {series.form} [{', '.join(number(value) for value in series.values)}]" for series in chart.series),
    ]
    return "```mermaid\n" + CONFIG + "\n".join(lines) + "\n```\n"


def quoted(text: str, limit: int = LABEL) -> str:
    """Return text as a Mermaid string: of letters, digits and a few harmless signs, so that nothing ends it, or means something in it."""
    kept = "".join(c if c.isalnum() or c in " .,:()+/_-" else " " for c in text)
    plain = " ".join(re.sub(r"-{2,}", "-", kept).split())
    return f'"{plain[:limit].strip() or "-"}"'


def _different(labels: Iterable[str]) -> list[str]:
    """Labels, quoted; equal ones get a number, since Mermaid draws points of one name on top of each other."""
    found: list[str] = []
    for label in labels:
        text = quoted(label)
        while text in found:
            text = f'"{text.strip(chr(34))} ({len(found) + 1})"'
        found.append(text)
    return found


def number(value: float) -> str:
    """Six significant digits, no exponent."""
    return format(Decimal(f"{value:.6g}"), "f")


def _range(values: Sequence[float], *, from_nought: bool) -> tuple[float, float]:
    """The ends of the y axis, a little beyond the values; bars stand on nought."""
    low, high = min(values), max(values)
    if from_nought:
        low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
    return (low if from_nought and low == 0 else low - room), (high if from_nought and low < high == 0 else high + room)


def blocks(chart: Categories) -> str:
    """Return the chart as text, a line a series: its name, a block a point (all series on one scale), and its ends."""
    span = f"{code(chart.labels[0])} to {code(chart.labels[-1])}"
    values = [value for series in chart.series for value in series.values]
    lines = [
        f"- {code(s.name)} {_row(s, min(values), max(values))} from {shown(min(s.values))} to {shown(max(s.values))}" for s in chart.series
    ]
    return "\n".join([f"{code(chart.title)}, {span}:", "", *lines]) + "\n"


def _row(series: Series, lowest: float, highest: float) -> str:
    """A block a value. Halves are taken before the difference, which may be beyond a float's range."""
    low, high = lowest / 2, highest / 2
    shares = (((value / 2 - low) / (high - low) if high > low else 0.0) for value in series.values)
    return "".join(_BLOCKS[min(len(_BLOCKS) - 1, round(share * (len(_BLOCKS) - 1)))] for share in shares)
