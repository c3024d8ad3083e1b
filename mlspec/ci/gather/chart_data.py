"""The few numbers of a model's charts, from the plot files that Git keeps. A chart decides nothing: what can't be read is left out."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from pathlib import Path

from mlspec.ci.report import Chart, Series
from mlspec.compiler.project.graph import Pipeline
from mlspec.gates.closer import small
from mlspec.reports.charts import model as charts
from mlspec.reports.charts.model import Categories

POINTS = 14
"""Along x, where a label is a day: more run into each other."""
MAX_BYTES = 1 << 20

Rows = list[tuple[str, str]]


def charts_of(root: Path, pipeline: Pipeline) -> tuple[Chart, ...]:
    """The charts of a model, by the plots of its pipeline, the most telling first."""
    files = {Path(p.path).name: root / p.path for p in pipeline.plots}
    made = (_handed(DRAWN[name](rows)) for name in DRAWN if name in files and (rows := _rows(files[name])))
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


def _over_time(rows: Rows) -> Categories | None:
    """The error by period, the newest periods."""
    known = [(period, _number(error)) for error, period in rows if math.isfinite(_number(error))][-POINTS:]
    if len(known) < 2:
        return None
    values = tuple(value for _, value in known)
    series = (charts.Series("error", "line", values),)
    return Categories("Error over time", "period, by its first day", "error", tuple(period[2:] for period, _ in known), series)


def _handed(chart: Categories | None) -> Chart | None:
    """As the report takes it: no name longer than a line, and none empty."""
    if chart is None:
        return None
    labels = tuple(label[:200] or "-" for label in chart.labels)
    series = tuple(Series(name=s.name, form=s.form, values=s.values) for s in chart.series)
    return Chart(title=chart.title, x=chart.x, y=chart.y, labels=labels, series=series)


DRAWN: Mapping[str, Callable[[Rows], Categories | None]] = {
    "predicted.csv": lambda rows: small.predicted_and_actual(_numbers(rows)),
    "error_over_time.csv": _over_time,
    "confusion.csv": small.found_of_each,
    "calibration.csv": lambda rows: small.calibration(_numbers(rows)),
}
"""Plot file (`runtime.plots_catalog`) -> how it is drawn; residuals say nothing that the first does not."""
