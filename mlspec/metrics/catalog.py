"""The names of the metrics, with their tasks and directions. Light: the compiler reads it, so no numpy here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    from mlspec.metrics.answers import Answers


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """`greater`: greater is better (False: smaller; None: neither, nearer to 0). `proba`: needs probabilities; `space`: needs to know
    where rows stand; `truth`: needs a target.
    """

    name: str
    tasks: tuple[str, ...]
    greater: bool | None
    proba: bool = False
    space: bool = False
    truth: bool = True

    def fits(self, *answers: Answers) -> bool:
        """Whether it can be measured of answers like these: all have the probabilities that it needs, or are numbers to rank by, and know
        where rows stand if it asks that.
        """
        if self.space and any(getattr(one, "space", None) is None for one in answers):
            return False
        by_order = any(TASKS[task].is_oddness for task in self.tasks)
        return not self.proba or all(one.proba is not None or (by_order and one.classes is None) for one in answers)

    def cost(self, value: float) -> float:
        """The value as something of which less is better: to sort by."""
        return abs(value) if self.greater is None else -value if self.greater else value

    @property
    def is_of_errors(self) -> bool:
        """Whether it is made of the sizes of errors, which differ on all rows; one of classes is made of right and wrong."""
        return any(TASKS[task].has_errors for task in self.tasks) and self.name not in OF_HITS


_Q, _O, _BA, _K = ("quantile",), ("ranking",), ("binary", "anomaly"), ("clustering",)
_F, _N = ("forecast",), ("regression", "forecast")
_R, _B, _M, _C, _L = ("regression",), ("binary",), ("multiclass",), ("binary", "multiclass"), ("multilabel",)

METRICS: dict[str, MetricInfo] = {
    info.name: info
    for info in (
        MetricInfo("mae", _N, greater=False),
        MetricInfo("rmse", _N, greater=False),
        MetricInfo("mse", _N, greater=False),
        MetricInfo("r2", _R, greater=True),
        MetricInfo("explained_variance", _R, greater=True),
        MetricInfo("mape", _N, greater=False),
        MetricInfo("wape", _N, greater=False),
        MetricInfo("medae", _N, greater=False),
        MetricInfo("max_error", _N, greater=False),
        MetricInfo("bias", _N, greater=None),
        MetricInfo("mase", _F, greater=False),
        MetricInfo("smape", _F, greater=False),
        MetricInfo("pinball", _Q, greater=False),
        MetricInfo("interval_score", _Q, greater=False),
        MetricInfo("interval_width", _Q, greater=False),
        MetricInfo("interval_coverage", _Q, greater=None),
        MetricInfo("crossing", _Q, greater=False),
        MetricInfo("ndcg", _O, greater=True),
        MetricInfo("ndcg_at_5", _O, greater=True),
        MetricInfo("ndcg_at_10", _O, greater=True),
        MetricInfo("mrr", _O, greater=True),
        MetricInfo("map", _O, greater=True),
        MetricInfo("silhouette", _K, greater=True, space=True, truth=False),
        MetricInfo("davies_bouldin", _K, greater=False, space=True, truth=False),
        MetricInfo("calinski_harabasz", _K, greater=True, space=True, truth=False),
        MetricInfo("adjusted_rand", _K, greater=True),
        MetricInfo("adjusted_mutual_info", _K, greater=True),
        MetricInfo("accuracy", _C, greater=True),
        MetricInfo("balanced_accuracy", _C, greater=True),
        MetricInfo("mcc", _C, greater=True),
        MetricInfo("log_loss", _C, greater=False, proba=True),
        MetricInfo("precision", _B, greater=True),
        MetricInfo("recall", _B, greater=True),
        MetricInfo("f1", _B, greater=True),
        MetricInfo("roc_auc", _BA, greater=True, proba=True),
        MetricInfo("average_precision", _BA, greater=True, proba=True),
        MetricInfo("brier", _B, greater=False, proba=True),
        MetricInfo("ece", _B, greater=False, proba=True),
        MetricInfo("false_positive_rate", _B, greater=False),
        MetricInfo("false_negative_rate", _B, greater=False),
        MetricInfo("selection_rate", _B, greater=None),
        MetricInfo("f1_macro", (*_M, *_L), greater=True),
        MetricInfo("f1_weighted", (*_M, *_L), greater=True),
        MetricInfo("precision_macro", (*_M, *_L), greater=True),
        MetricInfo("recall_macro", (*_M, *_L), greater=True),
        MetricInfo("subset_accuracy", _L, greater=True),
        MetricInfo("hamming_loss", _L, greater=False),
        MetricInfo("f1_micro", _L, greater=True),
        MetricInfo("f1_samples", _L, greater=True),
        MetricInfo("jaccard_samples", _L, greater=True),
    )
}

MEASURED = ("latency_p99", "model_size", "reproducible", "stability")
"""Measured once, not estimated: seconds, bytes, whether a second training predicts the same, and how alike trainings on halves are."""

MEASURED_OF: dict[str, tuple[str, ...]] = {"stability": ("anomaly", "clustering")}
"""Those that are of some tasks alone."""

AGREEMENTS = ("adjusted_rand", "adjusted_mutual_info")
"""How far two ways to part rows agree: where all rows do, these rows do not tell how many others would not."""

OF_HITS = ("interval_coverage", "crossing")
"""Of numbers, and shares of rows all the same: each row is a hit or none."""

NO_ORDER = ("interval_coverage",)
"""Neither more nor less is better: it is bounded on both sides, and two models are not compared by it."""

SIGNED = ("bias",)
"""Best at 0 and of either sign: `max` bounds the size."""

OF_COUNT = ("calinski_harabasz",)
"""They grow with the number of rows: two models are compared on the same rows, and one model never on two sets of them."""

EXTREME = ("max_error",)
"""The most extreme of the rows: a fact of these rows, and no estimate of what later ones will be."""

TAILED = (
    "mae",
    "mse",
    "rmse",
    "r2",
    "explained_variance",
    "mape",
    "wape",
    "mase",
    "bias",
    "log_loss",
    "pinball",
    "interval_score",
    "davies_bouldin",
    "calinski_harabasz",
)
"""Means of errors without a bound: a few of them may be the whole mean."""

NOTHING: dict[str, tuple[str, ...]] = {
    "mean": ("r2", "explained_variance", "bias"),
    "median": ("r2", "explained_variance"),
    "quantiles": ("crossing",),
    "majority": ("mcc", "precision", "recall", "f1", "false_positive_rate", "selection_rate", "ece"),
}
"""By the constant that is the baseline: metrics that are 0, next to 0 or undefined for it, so that a share of them says nothing.

A constant explains no variance; one class for all rows has no correlation with the truth, and (where the positive class is the
rarer one) no positive answer at all; the shares of the classes are calibrated.
"""

GROUP_ROWS = 100
"""Rows that a slice or a group needs to be judged, when the KPI does not say (`minRows`)."""


def metric_names(task: str, *, target: bool = True) -> tuple[str, ...]:
    """The metrics that fit a task; `target`: a model of it has one."""
    return tuple(name for name, info in METRICS.items() if task in info.tasks and (target or not info.truth))


def measured_names(task: str) -> tuple[str, ...]:
    """What can be measured once of a model of a task."""
    return tuple(name for name in MEASURED if task in MEASURED_OF.get(name, (task,)))
