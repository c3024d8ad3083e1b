"""The plots' data: small CSV files that Git keeps and DVC draws. What files there are stands in plots_catalog."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics.atomic import sweep, write_text
from mlspec.metrics.levels import level_report, pinball
from mlspec.metrics.queries import by_query
from mlspec.runtime.context import Context
from mlspec.runtime.forecast.columns import STEP
from mlspec.runtime.plots_catalog import plots_of

if TYPE_CHECKING:
    import pandas as pd

SAMPLE = 1000
BINS = 40


def write_plots(context: Context, test: pd.DataFrame, actual: Any, answers: Any) -> None:
    """Write every plot file that the catalogue names for the task."""
    params, folder = context.params, context.out("plots")
    folder.mkdir(exist_ok=True)
    sweep(folder)  # what a killed run left
    for plot in plots_of(params["task"], has_time=bool(params.get("timeColumn"))):
        lines = _rows(plot.file, params, test, actual, answers)
        write_text(folder / plot.file, "".join(f"{line}\n" for line in [f"{plot.x},{plot.y}", *lines]))


def _rows(file: str, params: Any, test: pd.DataFrame, actual: Any, answers: Any) -> Iterable[str]:
    if file == "error_over_time.csv":
        return _by_period(test[params["timeColumn"]], _wrong(actual, answers))
    if file == "error_by_step.csv":
        return _by_step(test[STEP].to_numpy(), _wrong(actual, answers))
    return _FILES[file](actual, answers)


def _pairs(actual: Any, answers: Any) -> list[str]:
    return [f"{_text(actual[i])},{_text(answers.predicted[i])}" for i in sample(len(actual))]


def _queries(actual: Any, answers: Any) -> list[str]:
    """How many queries have which NDCG."""
    found, _ = by_query("ndcg", actual, answers.predicted)
    return _histogram(found[np.isfinite(found)], (0.0, 1.0))


def _found(actual: Any, answers: Any) -> list[str]:
    """Of the oddest rows, share by share, which share of the anomalies they hold."""
    order = np.argsort(-np.asarray(answers.predicted, dtype=np.float64), kind="stable")
    held = np.cumsum(np.asarray(actual, dtype=np.float64)[order])
    if not len(held):
        return []
    places = np.unique(np.linspace(0, len(held) - 1, BINS * 2).astype(int)).tolist()
    return [f"{(i + 1) / len(held):.6g},{held[i] / max(held[-1], 1.0):.6g}" for i in places]


def _below(actual: Any, answers: Any) -> list[str]:
    return [f"{one.level:g},{one.below:.6g}" for one in level_report(actual, answers)]


def _wrong(actual: Any, answers: Any) -> Any:
    """How wrong each row's answer is: of quantiles the mean pinball loss, of numbers the size of the error, of labels 1 or 0,
    of a query that is put in order what its NDCG lacks.
    """
    if np.ndim(actual) == 2:
        found, place = by_query("ndcg", actual, answers.predicted)
        return 1 - np.where(np.isfinite(found), found, 1.0)[place]
    if answers.levels is not None:
        return pinball(actual, answers.predicted, answers.levels).mean(axis=1)
    return np.abs(answers.predicted - actual) if answers.classes is None else (answers.predicted != actual).astype(float)


def _labels(actual: Any, answers: Any) -> list[str]:
    """F1 of each label; 0 where it is never right."""
    from mlspec.metrics.classes import class_report

    return [f"{np.nan_to_num(one.f1):.6g},{_text(one.label)}" for one in class_report(actual, answers)]


def _clusters(_: Any, answers: Any) -> list[str]:
    """Rows of each cluster that the model knows."""
    return [f"{int((answers.predicted == name).sum())},{_text(name)}" for name in answers.classes]


def sample(rows: int) -> Sequence[int]:
    """At most 1,000 row numbers, evenly spread: the same for the same data."""
    return sorted({int(i) for i in np.linspace(0, rows - 1, min(rows, SAMPLE))}) if rows else []


def _histogram(values: Any, ends: tuple[float, float] | None = None) -> list[str]:
    counts, edges = np.histogram(values, bins=BINS, range=ends)
    return [f"{(edges[i] + edges[i + 1]) / 2:.6g},{count}" for i, count in enumerate(counts)]


def _calibration(actual: Any, answers: Any) -> list[str]:
    """Mean predicted probability of the last class against how often it came, in ten bins."""
    if answers.proba is None:
        return []
    score, truth = answers.proba[:, -1], (actual == answers.classes[-1]).astype(float)
    index = np.minimum((score * 10).astype(int), 9)
    return [f"{score[index == b].mean():.6g},{truth[index == b].mean():.6g}" for b in range(10) if (index == b).any()]


_FILES = {
    "predicted.csv": _pairs,
    "confusion.csv": _pairs,
    "residuals.csv": lambda actual, answers: _histogram(answers.predicted - actual),
    "queries.csv": _queries,
    "levels.csv": _below,
    "found.csv": _found,
    "clusters.csv": _clusters,
    "labels.csv": _labels,
    "calibration.csv": _calibration,
}


def _by_step(steps: Any, wrong: Any) -> list[str]:
    """Mean error of each step after an origin."""
    return [f"{wrong[steps == step].mean():.6g},{step}" for step in np.unique(steps)]


def _by_period(times: Any, wrong: Any) -> list[str]:
    """Mean error by month, by week when there are fewer than three months; columns `error, period`."""
    import pandas as pd

    stamps = pd.to_datetime(pd.Series(times.to_numpy()))
    code = "M" if stamps.dt.to_period("M").nunique() > 2 else "W"
    periods = stamps.dt.to_period(code).dt.start_time.dt.strftime("%Y-%m-%d").to_numpy()
    return [f"{wrong[periods == name].mean():.6g},{name}" for name in sorted(set(periods))]


def _text(value: Any) -> str:
    """A CSV cell: numbers short, text quoted when it must be."""
    text = f"{value:.6g}" if isinstance(value, (float, np.floating)) else str(value)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n\r') else text
