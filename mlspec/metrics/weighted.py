"""Metrics as functions of row weights, so that a thousand bootstrap resamples are a few matrix products.

A resample is a row of non-negative weights (how often each row was drawn). Most metrics are a formula over weighted
sums of per-row statistics; rank metrics sort once and then work on cumulated weights.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.classes import CLASS_METRICS
from mlspec.metrics.clusters import SPACE_METRICS
from mlspec.metrics.labels import LABEL_METRICS
from mlspec.metrics.levels import LEVEL_METRICS
from mlspec.metrics.own import own_of
from mlspec.metrics.partitions import PARTITION_METRICS
from mlspec.metrics.queries import QUERY_METRICS
from mlspec.metrics.regression import REGRESSION_METRICS
from mlspec.metrics.scaled import SCALED_METRICS

_OF_NUMBERS = {**LEVEL_METRICS, **SCALED_METRICS}
_OF_CLUSTERS: dict[str, Callable[[Array, Answers], Statistic]] = {**SPACE_METRICS, **PARTITION_METRICS}
Statistic = Callable[[Array], Array]
"""Weights (resamples, n) -> the metric's value a resample (resamples,); NaN where it is not defined."""


def statistic(metric: str, actual: Array, answers: Answers) -> Statistic:
    """Return the metric of these rows as a function of weights. Raises KeyError for an unknown metric."""
    own = own_of(metric, answers)
    return _built_in(metric, actual, answers) if own is None else own.statistic()


def _built_in(metric: str, actual: Array, answers: Answers) -> Statistic:
    if metric in _OF_CLUSTERS:
        return _OF_CLUSTERS[metric](np.asarray(actual, dtype=object), answers)
    if metric in REGRESSION_METRICS:
        return REGRESSION_METRICS[metric](np.asarray(actual, dtype=np.float64), np.asarray(answers.predicted, dtype=np.float64))
    if metric in QUERY_METRICS:
        return QUERY_METRICS[metric](np.asarray(actual, dtype=np.float64), np.asarray(answers.predicted, dtype=np.float64))
    if metric in _OF_NUMBERS:
        return _OF_NUMBERS[metric](np.asarray(actual, dtype=np.float64), answers)
    if metric in LABEL_METRICS:
        return LABEL_METRICS[metric](np.asarray(actual, dtype=object), answers)
    return CLASS_METRICS[metric](np.asarray(actual, dtype=object), answers)


def value(metric: str, actual: Array, answers: Answers) -> float:
    """Return the metric on all rows, each once; NaN without rows."""
    count = len(actual)
    return float(statistic(metric, actual, answers)(np.ones((1, count)))[0]) if count else float("nan")
