"""What a chart shows: numbers with their names, and nothing of how it is drawn. Each can say the same as a table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mlspec.diagnostics.numbers import shown
from mlspec.reports.charts.parallel import Parallel

Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Series:
    """The heights of one line or row of bars, one a label."""

    name: str
    form: Literal["bar", "line"]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Categories:
    """A small drawing over named points: `labels` name them along x, one a value of each series."""

    title: str
    x: str
    y: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    def table(self) -> tuple[tuple[str, ...], Rows]:
        """Headings and rows of the same numbers."""
        rows = [(label, *(shown(s.values[i]) for s in self.series)) for i, label in enumerate(self.labels)]
        return (self.x, *(s.name for s in self.series)), rows


@dataclass(frozen=True, slots=True)
class Range:
    """A named value with its interval (NaN where there is none); `note`: what else is said of it, such as its rows."""

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Values with intervals under each other on one axis. `line`: what they are compared with, drawn through all, named `line_name`.

    `is_limit`: values must not pass the line. `notes`: the heading of the rows' notes.
    """

    title: str
    x: str
    rows: tuple[Range, ...]
    line: float = math.nan
    line_name: str = ""
    notes: str = ""
    is_limit: bool = False

    def known(self) -> list[float]:
        """Every finite number."""
        every = [v for r in self.rows for v in (r.value, r.low, r.high)]
        return [v for v in (*every, self.line) if math.isfinite(v)]

    def table(self) -> tuple[tuple[str, ...], Rows]:
        """Headings and rows of the same numbers."""
        notes = [self.notes] if self.notes else []
        rows = [(r.name, shown(r.value), _interval(r), *([r.note] if notes else [])) for r in self.rows]
        return ("", self.x, "interval", *notes), rows


def _interval(found: Range) -> str:
    return f"{shown(found.low)} to {shown(found.high)}" if math.isfinite(found.low) and math.isfinite(found.high) else "-"


@dataclass(frozen=True, slots=True)
class Curve:
    """Points joined by a line, if `joined`; with `dots`, each is marked. `low`, `high`: an interval of each y, or empty."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    dots: bool = False
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves over two axes that end at `x_ends` and `y_ends`. `reference`: a straight line from (x, y) to (x, y), such as chance."""

    title: str
    x: str
    y: str
    curves: tuple[Curve, ...]
    x_ends: tuple[float, float] = (0.0, 1.0)
    y_ends: tuple[float, float] = (0.0, 1.0)
    reference: tuple[float, float, float, float] | None = None
    reference_name: str = ""

    def table(self, most: int = 11) -> tuple[tuple[str, ...], Rows]:
        """Headings and at most `most` rows a curve, evenly spread."""
        several, between = len(self.curves) > 1, any(c.low for c in self.curves)
        rows = [
            (*([c.name] if several else []), shown(c.x[i]), shown(c.y[i]), *([_ends(c, i)] if between else []))
            for c in self.curves
            for i in spread(len(c.x), most)
        ]
        return (*([""] if several else []), self.x, self.y, *(["interval"] if between else [])), rows


def _ends(curve: Curve, i: int) -> str:
    return f"{shown(curve.low[i])} to {shown(curve.high[i])}" if curve.low else "-"


def spread(count: int, most: int) -> Sequence[int]:
    """At most `most` positions of `count`, evenly spread, first and last among them."""
    if count <= most:
        return range(count)
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many rows fall between each two `edges`; those beyond the first and the last are counted there. `mark`: drawn through."""

    title: str
    x: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    mark: float = math.nan

    def table(self) -> tuple[tuple[str, ...], Rows]:
        """Headings and rows of the same numbers."""
        rows: Rows = [(f"{shown(self.edges[i])} to {shown(self.edges[i + 1])}", f"{n:,}") for i, n in enumerate(self.counts)]
        return (self.x, "rows"), rows


@dataclass(frozen=True, slots=True)
class Density:
    """How many rows fall into each square of a grid: `counts[i][j]` in column i (along x) and row j (along y, from below)."""

    title: str
    x: str
    y: str
    x_ends: tuple[float, float]
    y_ends: tuple[float, float]
    counts: tuple[tuple[int, ...], ...]
    diagonal: str = ""

    def table(self, most: int = 8) -> tuple[tuple[str, ...], Rows]:
        """For stretches along x: the rows there, and where half of their y lies."""
        count = len(self.counts)
        bounds = [round(i * count / most) for i in range(most + 1)]
        rows = [self._stretch(a, b) for a, b in itertools.pairwise(bounds) if b > a]
        return (self.x, "rows", f"{self.y}, median"), [row for row in rows if row[1] != "0"]

    def _stretch(self, start: int, end: int) -> tuple[str, ...]:
        heights = [sum(column[j] for column in self.counts[start:end]) for j in range(len(self.counts[0]))]
        step = (self.x_ends[1] - self.x_ends[0]) / len(self.counts)
        ends = self.x_ends[0] + start * step, self.x_ends[0] + end * step
        return f"{shown(ends[0])} to {shown(ends[1])}", f"{sum(heights):,}", shown(_median(heights, self.y_ends))


def _median(heights: Sequence[int], ends: tuple[float, float]) -> float:
    """The middle of the square in which half of the rows are reached."""
    reached, step = 0, (ends[1] - ends[0]) / max(1, len(heights))
    for i, count in enumerate(heights):
        reached += count
        if 2 * reached >= sum(heights) > 0:
            return ends[0] + (i + 0.5) * step
    return math.nan


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by what was true (a row each) and what was answered (a column each)."""

    title: str
    row: str
    column: str
    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def table(self) -> tuple[tuple[str, ...], Rows]:
        """Headings and rows of the same numbers, with the share of each row's answers that are right."""
        rows = [
            (name, *(f"{n:,}" for n in line), f"{sum(line):,}", _share(line[i], sum(line)))
            for i, (name, line) in enumerate(zip(self.names, self.counts, strict=True))
        ]
        return (f"{self.row} \\ {self.column}", *self.names, "rows", "right"), rows


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


Chart: TypeAlias = Categories | Ranges | Curves | Histogram | Density | Matrix | Parallel
