"""Pictures of a search, from its log: how it went, which settings were good, what that hung on, and a slice along each parameter."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlspec.metrics.effects import effects
from mlspec.reports.charts.model import Chart, Curve, Curves, Range, Ranges
from mlspec.reports.charts.parallel import Axis, Parallel, Way

AXES, WAYS, SLICES = 7, 400, 6
"""Most axes and lines of a picture, and most slices: of more parameters, those that matter most."""
Row = Mapping[str, Any]


def pictures(log: str, metric: str, *, greater: bool) -> Iterator[tuple[Chart, str]]:
    """Each chart with its caption. Empty where fewer than two trials are complete."""
    rows = [json.loads(line) for line in log.splitlines()]
    done = sorted((row for row in rows if row["value"] is not None and row.get("share", 1.0) == 1.0), key=lambda row: row["number"])
    if len(done) < 2:
        return
    shares = effects([row["params"] for row in done], [row["value"] for row in done])
    names = sorted({name for row in done for name in row["params"]}, key=lambda name: (-shares.get(name, 0.0), name))
    yield _history(done, metric, greater=greater), "Each dot is a trial; the line is the best so far."
    yield (
        _parallel(done, names[:AXES], metric, greater=greater),
        "A line is a setting; the strongest is the best, a tenth of the others stands out.",
    )
    if shares:
        yield _importance(names, shares), _SHARES
    for name in names[:SLICES]:
        chart = _slice(done, name, metric)
        if chart:
            yield chart, f"Every trial by its `{name}`; the other parameters differ, too."


_SHARES = (
    "The share of the trials' order that each parameter explains by itself: epsilon squared of ranks over five parts of its values. What "
    "two parameters do together is in neither; a sampler that has settled tries few other values."
)


def _history(done: Sequence[Row], metric: str, *, greater: bool) -> Curves:
    numbers, values = [float(row["number"]) for row in done], [float(row["value"]) for row in done]
    best: list[float] = []
    for value in values:
        best.append(value if not best else max(best[-1], value) if greater else min(best[-1], value))
    curves = Curve("trials", tuple(numbers), tuple(values), dots=True, joined=False), Curve("best so far", tuple(numbers), tuple(best))
    return Curves("How the search went", "trial", metric, curves, _ends(numbers), _ends(values))


def _parallel(done: Sequence[Row], names: Sequence[str], metric: str, *, greater: bool) -> Parallel:
    ordered = sorted(done, key=lambda row: (-row["value"] if greater else row["value"], row["number"]))[:WAYS]
    scales = [_Scale(name, done) for name in names]
    ends = _ends([row["value"] for row in done])
    values = Axis(metric, f"{ends[0]:.4g}", f"{ends[1]:.4g}")
    ways = tuple(
        Way(
            (*(scale.place(row) for scale in scales), (row["value"] - ends[0]) / (ends[1] - ends[0])),
            (*(scale.word(row) for scale in scales), f"{row['value']:.6g}"),
            float(row["value"]),
        )
        for row in ordered
    )
    return Parallel("Settings side by side", metric, (*(s.axis for s in scales), values), ways, max(1, len(ways) // 10))


class _Scale:
    """Where a parameter's values stand: by their size (its logarithm over more than two decades), or by their order of words."""

    def __init__(self, name: str, rows: Sequence[Row]) -> None:
        self._name = name
        found = [row["params"][name] for row in rows if name in row["params"]]
        self._numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in found)
        self._log = self._numbers and min(found) > 0 and max(found) / min(found) > 100
        self._words = [] if self._numbers else sorted({_word(v) for v in found})
        self._low, self._high = _ends([self._of(v) for v in found])
        ends = (min(found), max(found)) if self._numbers else (self._words[0], self._words[-1])
        self.axis = Axis(name, _word(ends[0]) if self._numbers else str(ends[0]), _word(ends[1]) if self._numbers else str(ends[1]))

    def _of(self, value: Any) -> float:
        return math.log10(value) if self._log else float(value) if self._numbers else float(self._words.index(_word(value)))

    def place(self, row: Row) -> float:
        if self._name not in row["params"]:
            return math.nan
        return (self._of(row["params"][self._name]) - self._low) / (self._high - self._low)

    def word(self, row: Row) -> str:
        return _word(row["params"][self._name]) if self._name in row["params"] else "-"


def _word(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)


def _importance(names: Sequence[str], shares: Mapping[str, float]) -> Ranges:
    rows = tuple(Range(name, shares[name]) for name in names)
    return Ranges("What the result hung on", "share of the order of trials", rows, 0.0, "nothing")


def _slice(done: Sequence[Row], name: str, metric: str) -> Curves | None:
    points = [(row["params"][name], float(row["value"])) for row in done if name in row["params"]]
    if len(points) < 2 or not all(isinstance(x, int | float) and not isinstance(x, bool) for x, _ in points):
        return None
    low, high = min(x for x, _ in points), max(x for x, _ in points)
    log = low > 0 and high / low > 100
    xs = tuple(math.log10(x) if log else float(x) for x, _ in points)
    ys = tuple(y for _, y in points)
    curve = Curve("trials", xs, ys, dots=True, joined=False)
    return Curves(f"Slice: {name}", f"log10 of {name}" if log else name, metric, (curve,), _ends(xs), _ends(ys))


def _ends(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = (high - low) * 0.03 or max(abs(low) * 0.03, 0.5)
    return low - margin, high + margin
