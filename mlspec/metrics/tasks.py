"""What each task is: the one home of what spec, stages, gates and servers ask of it. Light: the compiler reads it, so no numpy here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AnswerKind = Literal["number", "label", "labels", "quantiles", "score", "oddness", "cluster"]
EstimatorKind = Literal["regressor", "classifier", "outlier_detector", "clusterer"]
Split = Literal["time", "random", "stratified", "group", "predefined", "rolling"]

_ANY_ROWS: tuple[Split, ...] = ("time", "group", "random", "predefined")


@dataclass(frozen=True, slots=True)
class Task:
    """`answer`: what is said of a row. `metrics`: measured unasked; `usual`: the one that stands for all where one must.

    `baselines`: the constants it may be compared with, the default one first. `splits`: how its rows may be set aside. `estimator`: what
    scikit-learn calls a model of it. `classes`: how many there may be at most; None: any number, or there are none. `untold`: what is
    measured unasked where no target says the truth; none where there must be a target.
    """

    name: str
    answer: AnswerKind
    estimator: EstimatorKind
    metrics: tuple[str, ...]
    usual: str
    baselines: tuple[str, ...]
    splits: tuple[Split, ...]
    classes: int | None = None
    untold: tuple[str, ...] = ()

    @property
    def needs_target(self) -> bool:
        """Whether there is nothing to learn, or to measure, without one."""
        return not self.untold

    def unasked(self, *, target: bool) -> tuple[str, ...]:
        """What is measured when nobody asks; `target`: there is one."""
        return self.metrics if target else self.untold

    @property
    def is_number(self) -> bool:
        """Whether truth and answer are one number each."""
        return self.answer == "number"

    @property
    def is_ahead(self) -> bool:
        """Whether rows are forecast from origins: what is known of a row's series ends before it."""
        return "rolling" in self.splits

    @property
    def is_quantiles(self) -> bool:
        """Whether the truth is a number, and the answer several quantiles of it."""
        return self.answer == "quantiles"

    @property
    def has_numbers(self) -> bool:
        """Whether the truth is a number."""
        return self.answer in ("number", "quantiles", "score", "oddness")

    @property
    def is_score(self) -> bool:
        """Whether the answer is a number that says nothing but where its row stands among those of its query."""
        return self.answer == "score"

    @property
    def is_oddness(self) -> bool:
        """Whether the answer is how odd a row is, told without a target; the truth, 1 or 0, only judges it."""
        return self.answer == "oddness"

    @property
    def is_cluster(self) -> bool:
        """Whether the answer is the number of a cluster, found without a target: numbers are names, and another model has others."""
        return self.answer == "cluster"

    @property
    def is_unsupervised(self) -> bool:
        """Whether no target reaches the fit."""
        return self.answer in ("oddness", "cluster")

    @property
    def has_errors(self) -> bool:
        """Whether answers miss the truth by a size."""
        return self.answer in ("number", "quantiles")

    @property
    def is_label(self) -> bool:
        """Whether truth and answer are one class each."""
        return self.answer == "label"

    @property
    def is_labels(self) -> bool:
        """Whether truth and answer are a set of classes each."""
        return self.answer == "labels"

    @property
    def has_one_answer(self) -> bool:
        """Whether a row is answered by one value."""
        return self.answer in ("number", "label", "score", "oddness", "cluster")

    @property
    def has_classes(self) -> bool:
        """Whether a model of it knows classes: its signature names them, and there may be probabilities. The truth has them, too, but for
        clusters, which are the model's own.
        """
        return self.answer in ("label", "labels", "cluster")


TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Task(
            "anomaly",
            "oddness",
            "outlier_detector",
            ("average_precision", "roc_auc"),
            "average_precision",
            ("mean",),
            (*_ANY_ROWS, "stratified"),
        ),
        Task(
            "binary",
            "label",
            "classifier",
            ("roc_auc", "f1", "precision", "recall", "accuracy", "log_loss"),
            "accuracy",
            ("majority",),
            (*_ANY_ROWS, "stratified"),
            classes=2,
        ),
        Task(
            "clustering",
            "cluster",
            "clusterer",
            ("silhouette", "davies_bouldin", "calinski_harabasz", "adjusted_rand", "adjusted_mutual_info"),
            "silhouette",
            ("shuffled",),
            (*_ANY_ROWS, "stratified"),
            untold=("silhouette", "davies_bouldin", "calinski_harabasz"),
        ),
        Task(
            "multiclass",
            "label",
            "classifier",
            ("accuracy", "balanced_accuracy", "f1_macro", "log_loss"),
            "accuracy",
            ("majority",),
            (*_ANY_ROWS, "stratified"),
        ),
        Task(
            "multilabel",
            "labels",
            "classifier",
            ("f1_micro", "f1_macro", "f1_samples", "jaccard_samples", "hamming_loss", "subset_accuracy"),
            "f1_micro",
            ("majority",),
            _ANY_ROWS,
        ),
        Task(
            "forecast",
            "number",
            "regressor",
            ("mase", "mae", "rmse", "wape", "smape", "bias"),
            "mae",
            ("seasonal_naive", "mean", "median"),
            ("rolling",),
        ),
        Task(
            "quantile",
            "quantiles",
            "regressor",
            ("pinball", "interval_coverage", "interval_width", "crossing"),
            "pinball",
            ("quantiles",),
            _ANY_ROWS,
        ),
        Task("ranking", "score", "regressor", ("ndcg", "ndcg_at_10", "mrr", "map"), "ndcg", ("mean",), ("group", "time", "predefined")),
        Task("regression", "number", "regressor", ("mae", "rmse", "r2"), "mae", ("mean", "median"), _ANY_ROWS),
    )
}
