"""The scale on which a metric's estimate is nearest to normal, so that an interval keeps within what the metric can be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Scale:
    """`to`: the metric -> the scale; `back`: the way back; `slope`: of `to` at a value."""

    to: Callable[[float], float]
    back: Callable[[float], float]
    slope: Callable[[float], float]


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


_LOGIT = Scale(lambda v: math.log(v / (1 - v)), _logistic, lambda v: 1 / (v * (1 - v)))
_OF_VARIANCE = Scale(lambda v: math.log(1 - v), lambda x: 1 - math.exp(min(x, 700.0)), lambda v: -1 / (1 - v))
_SQUARE = Scale(lambda v: v * v, lambda x: math.sqrt(max(x, 0.0)), lambda v: 2 * v)
_FISHER = Scale(math.atanh, math.tanh, lambda v: 1 / (1 - v * v))
_PLAIN = Scale(lambda v: v, lambda x: x, lambda _: 1.0)

_SCALES = {
    "rmse": _SQUARE,
    "r2": _OF_VARIANCE,
    "explained_variance": _OF_VARIANCE,
    **dict.fromkeys(("mcc", "silhouette", "adjusted_rand", "adjusted_mutual_info"), _FISHER),
    **dict.fromkeys(("balanced_accuracy", "roc_auc", "average_precision"), _LOGIT),
    **dict.fromkeys(("f1_macro", "f1_weighted", "precision_macro", "recall_macro"), _LOGIT),
    **dict.fromkeys(("ndcg", "ndcg_at_5", "ndcg_at_10", "mrr", "map"), _LOGIT),
    **dict.fromkeys(("f1_micro", "f1_samples", "jaccard_samples"), _LOGIT),
}
NOT_NEGATIVE = (
    "mae",
    "mse",
    "mape",
    "wape",
    "mase",
    "smape",
    "medae",
    "log_loss",
    "brier",
    "hamming_loss",
    "pinball",
    "interval_score",
    "interval_width",
    "davies_bouldin",
    "calinski_harabasz",
)


def scale_of(metric: str) -> Scale:
    """Rmse by its square, r2 by what is not explained, shares by log-odds, a correlation by Fisher's z; others as they are."""
    return _SCALES.get(metric, _PLAIN)


def ends(metric: str, value: float, error: float, low: float, high: float) -> tuple[float, float]:
    """Return the interval of `value` with standard error `error`; `low`, `high`: quantiles of the studentised difference."""
    scale = scale_of(metric)
    try:
        at, size = scale.to(value), abs(scale.slope(value)) * error
    except (ValueError, ZeroDivisionError):  # the scale ends at this value
        return float("nan"), float("nan")
    if scale.slope(value) < 0:
        low, high = -high, -low
    found = [scale.back(at - c * size) for c in (high, low)]
    least, most = min(found), max(found)
    least = max(least, 0.0) if metric in NOT_NEGATIVE else least
    return (least, most) if np.isfinite(least + most) else (float("nan"), float("nan"))
