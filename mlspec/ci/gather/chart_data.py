"""The few numbers of a model's charts, from the plot files that Git keeps. A chart decides nothing: what can't be read is left out."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from mlspec.ci.report import Chart, Series
from mlspec.compiler.project.graph import Pipeline
from mlspec.diagnostics.numbers import shown

POINTS = 14
"""Along x, where a label is a day: more run into each other."""
GROUPS = 8
"""Along x, where a label is longer."""
MAX_BYTES = 1 << 20

Rows = list[tuple[str, str]]


def charts_of(root: Path, pipeline: Pipeline) -> tuple[Chart, ...]:
    """The charts of a model, by the plots of its pipeline, the most telling first."""
    files = {Path(p.path).name: root / p.path for p in pipeline.plots}
    made = (DRAWN[name](rows) for name in DRAWN if name in files and (rows := _rows(files[name])))
    return tuple(chart for chart in made if chart is not None)


def _rows(path: Path) -> Rows:
    """The cells of a CSV file with two columns, without its heading."""
    try:
        if path.is_symlink() or path.stat().st_size > MAX_BYTES:
            return []
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]
    except (OSError, ValueError, csv.Error):
        return []
    return [(line[0], line[1]) for line in lines if len(line) == 2]


def _numbers(rows: Rows) -> list[tuple[float, float]]:
    """The rows whose two cells are finite numbers."""
    return [(x, y) for x, y in ((_number(a), _number(b)) for a, b in rows) if math.isfinite(x) and math.isfinite(y)]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _predicted(rows: Rows) -> Chart | None:
    """Mean predicted beside mean actual, in groups of equal size by the actual value."""
    pairs = sorted(_numbers(rows))
    if not pairs:
        return None
    groups = [pairs[start:end] for start, end in _cuts(len(pairs), min(GROUPS, len(pairs)))]
    labels = [f"{shown(g[0][0])} to {shown(g[-1][0])}" for g in groups]
    actual, predicted = (tuple(_mean([pair[i] for pair in g]) for g in groups) for i in (0, 1))
    series = (Series(name="actual", form="bar", values=actual), Series(name="predicted", form="line", values=predicted))
    title = "Predicted (line) and actual (bars)"
    return _chart(title, "test rows by actual value, groups of equal size", "mean", labels, series)


def _cuts(count: int, groups: int) -> Iterator[tuple[int, int]]:
    edges = [round(count * i / groups) for i in range(groups + 1)]
    return pairwise(edges)


def _mean(values: Sequence[float]) -> float:
    return float(f"{math.fsum(values) / len(values):.6g}")


def _over_time(rows: Rows) -> Chart | None:
    """The error by period, the newest periods."""
    known = [(period, _number(error)) for error, period in rows if math.isfinite(_number(error))][-POINTS:]
    if len(known) < 2:
        return None
    values = tuple(value for _, value in known)
    return _chart(
        "Error over time",
        "period, by its first day",
        "error",
        [period[2:] for period, _ in known],
        (Series(name="error", form="line", values=values),),
    )


def _calibration(rows: Rows) -> Chart | None:
    """How often it came against how probable it was said to be; on the diagonal both agree."""
    pairs = sorted(_numbers(rows))[:GROUPS]
    if not pairs:
        return None
    said, came = (tuple(pair[i] for pair in pairs) for i in (0, 1))
    series = (Series(name="observed", form="bar", values=came), Series(name="predicted", form="line", values=said))
    return _chart("Calibration: observed (bars) and predicted (line)", "predicted probability", "share", [f"{p:.3g}" for p in said], series)


def _confusion(rows: Rows) -> Chart | None:
    """Of each class, the share that was predicted right: the diagonal of the confusion table."""
    sizes = Counter(actual for actual, _ in rows)
    right = Counter(actual for actual, predicted in rows if actual == predicted)
    names = sorted(name for name, _ in sizes.most_common(GROUPS))
    values = tuple(float(f"{right[name] / sizes[name]:.6g}") for name in names)
    return (
        _chart("Found of each class", "actual class", "share", names, (Series(name="found", form="bar", values=values),)) if names else None
    )


def _chart(title: str, x: str, y: str, labels: Sequence[str], series: tuple[Series, ...]) -> Chart:
    return Chart(title=title, x=x, y=y, labels=tuple(label[:200] or "-" for label in labels), series=series)


DRAWN = {"predicted.csv": _predicted, "error_over_time.csv": _over_time, "confusion.csv": _confusion, "calibration.csv": _calibration}
"""Plot file (`runtime.plots_catalog`) -> how it is drawn; residuals say nothing that the first does not."""
