"""Which plot files the evaluate stage writes, per task. Light on purpose: the compiler reads it to write dvc.yaml."""

from __future__ import annotations

from dataclasses import dataclass

from mlspec.metrics.tasks import TASKS


@dataclass(frozen=True, slots=True)
class PlotFile:
    """A CSV under `plots/`, and how DVC draws it: `x` and `y` name columns, `template` a DVC template."""

    file: str
    title: str
    x: str
    y: str
    template: str


REGRESSION = (
    PlotFile("predicted.csv", "Predicted against actual", "actual", "predicted", "scatter"),
    PlotFile("residuals.csv", "Residuals (predicted - actual)", "residual", "rows", "linear"),
)
OVER_TIME = PlotFile("error_over_time.csv", "Mean absolute error by period", "mae", "period", "bar_horizontal")
ERRORS_OVER_TIME = PlotFile("error_over_time.csv", "Share of wrong answers by period", "error_rate", "period", "bar_horizontal")
CLASSES = (
    PlotFile("confusion.csv", "Confusion", "actual", "predicted", "confusion"),
    PlotFile("calibration.csv", "Calibration", "predicted", "observed", "linear"),
)
LABELS = (PlotFile("labels.csv", "F1 of each label", "f1", "label", "bar_horizontal"),)
LEVELS = (PlotFile("levels.csv", "Share of rows at most each quantile", "level", "below", "linear"),)
PINBALL_OVER_TIME = PlotFile("error_over_time.csv", "Mean pinball loss by period", "pinball", "period", "bar_horizontal")
QUERIES = (PlotFile("queries.csv", "Queries by NDCG", "ndcg", "queries", "linear"),)
LOSS_OVER_TIME = PlotFile("error_over_time.csv", "Mean lack of NDCG by period", "lack", "period", "bar_horizontal")
BY_STEP = PlotFile("error_by_step.csv", "Mean absolute error by step ahead", "mae", "step", "bar_horizontal")
FOUND = (PlotFile("found.csv", "Anomalies found, by the share of rows that is looked at", "looked_at", "found", "linear"),)
CLUSTERS = (PlotFile("clusters.csv", "Rows of each cluster", "rows", "cluster", "bar_horizontal"),)
PLOTS: dict[str, tuple[tuple[PlotFile, ...], PlotFile | None]] = {
    "cluster": (CLUSTERS, None),
    "oddness": (FOUND, None),
    "score": (QUERIES, LOSS_OVER_TIME),
    "quantiles": (LEVELS, PINBALL_OVER_TIME),
    "number": (REGRESSION, OVER_TIME),
    "label": (CLASSES, ERRORS_OVER_TIME),
    "labels": (LABELS, ERRORS_OVER_TIME),
}
"""By the kind of answer: the plots, and the one of errors over time, where a row has an error."""


def plots_of(task: str, *, has_time: bool) -> tuple[PlotFile, ...]:
    """Return the plot files of a task; `has_time`: the source has a time column."""
    plots, over_time = PLOTS[TASKS[task].answer]
    plots = (*plots, BY_STEP) if TASKS[task].is_ahead else plots
    return (*plots, over_time) if has_time and over_time else plots
