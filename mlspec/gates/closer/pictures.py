"""From a model's answers to charts: bounded numbers, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from mlspec.diagnostics.numbers import shown
from mlspec.metrics import pictures as numbers
from mlspec.metrics.answers import Array
from mlspec.metrics.tasks import TASKS
from mlspec.metrics.weighted import value
from mlspec.reports.charts.model import Chart, Curve, Curves, Density, Histogram, Matrix

if TYPE_CHECKING:
    from mlspec.gates.judge import Evidence

Captioned = tuple[Chart, str]


def pictures(evidence: Evidence, confidence: float) -> Iterator[Captioned]:
    """Yield what shows best how the challenger errs on the test rows, by its task."""
    if not len(evidence.actual):
        return
    if TASKS[evidence.task].is_number:
        yield from _regression(evidence)
        return
    if not TASKS[evidence.task].is_label:
        return  # tables say it
    yield _confusion(evidence)
    if evidence.task == "binary" and evidence.challenger.proba is not None:
        yield from _binary(evidence, confidence)


def _regression(evidence: Evidence) -> Iterator[Captioned]:
    actual, said = np.asarray(evidence.actual, dtype=np.float64), np.asarray(evidence.challenger.predicted, dtype=np.float64)
    ends, counts = numbers.density(actual, said)
    squares = tuple(tuple(map(int, column)) for column in counts)
    caption = f"Squares hold test rows, darker ones more. {_DIAGONAL} The outermost half percent of the values stands at the edges."
    yield Density("Predicted and true", "true", "predicted", ends, ends, squares, _DIAGONAL), caption
    edges, held = numbers.histogram(said - actual)
    caption = f"Predicted less true, on {len(actual):,} test rows; right of the dashed line the model says too much. {_EDGES}"
    yield Histogram("Residuals", "predicted less true", tuple(map(float, edges)), tuple(map(int, held)), 0.0), caption


_EDGES = "The outermost bins hold all rows beyond them."


def _confusion(evidence: Evidence) -> Captioned:
    found = numbers.confusion(evidence.actual, evidence.challenger)
    rest = [f"{found.other:,} others"] if found.other else []
    names = (*map(str, found.labels), *rest)
    caption = "A row is a true class, a column what the model answered; shades are shares of a row."
    return Matrix("Confusion", "true", "answered", names, tuple(tuple(map(int, line)) for line in found.counts)), caption


def _binary(evidence: Evidence, confidence: float) -> Iterator[Captioned]:
    actual, said = np.asarray(evidence.actual, dtype=object), evidence.challenger
    positive = str((said.classes or (1,))[-1])
    x, y = numbers.roc(actual, said)
    if len(x):
        area = shown(value("roc_auc", actual, said))
        curve = Curves("ROC", "false positive rate", "true positive rate", (_curve("challenger", x, y),), reference=(0, 0, 1, 1))
        yield curve, f"Of class {positive}, at every threshold; the area under it is {area}. The dashed line is chance."
    x, y = numbers.precision_recall(actual, said)
    if len(x):
        share = float((actual == (said.classes or (1,))[-1]).mean())
        found = Curves("Precision and recall", "recall", "precision", (_curve("challenger", x, y),), reference=(0, share, 1, share))
        average = shown(value("average_precision", actual, said))
        yield (
            found,
            f"At every threshold; average precision is {average}. The dashed line is the share of class {positive}: {shown(share)}.",
        )
    bins = numbers.reliability(actual, said, confidence)
    line = _curve("challenger", bins.score, bins.share, (bins.low, bins.high))
    caption = f"How often class {positive} came, by how probable it was said to be, with {confidence:.0%} intervals. {_DIAGONAL}"
    yield Curves("Calibration", "predicted probability", "share that came", (line,), reference=(0, 0, 1, 1)), caption


_DIAGONAL = "On the dashed line both agree."


def _curve(name: str, x: Array, y: Array, ends: tuple[Array, Array] | None = None) -> Curve:
    low, high = ends or (np.empty(0), np.empty(0))
    return Curve(name, _short(x), _short(y), _short(low), _short(high), dots=ends is not None)


def _short(values: Array) -> tuple[float, ...]:
    return tuple(float(f"{v:.6g}") for v in values)
