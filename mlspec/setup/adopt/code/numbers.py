"""Functions that measure a model, and our names for what they measure."""

from __future__ import annotations

from typing import Any

from mlspec.setup.adopt.code.calls import Call
from mlspec.setup.adopt.code.values import Const, Measured

_SKLEARN = {
    "mean_absolute_error": "mae",
    "mean_squared_error": "mse",
    "root_mean_squared_error": "rmse",
    "mean_absolute_percentage_error": "mape",
    "median_absolute_error": "medae",
    "r2_score": "r2",
    "max_error": "max_error",
    "explained_variance_score": "explained_variance",
    "accuracy_score": "accuracy",
    "balanced_accuracy_score": "balanced_accuracy",
    "matthews_corrcoef": "mcc",
    "log_loss": "log_loss",
    "precision_score": "precision",
    "recall_score": "recall",
    "f1_score": "f1",
    "roc_auc_score": "roc_auc",
    "average_precision_score": "average_precision",
    "brier_score_loss": "brier",
    "hamming_loss": "hamming_loss",
    "confusion_matrix": "",
    "classification_report": "",
    "precision_recall_fscore_support": "",
    "precision_recall_curve": "",
    "roc_curve": "",
}
FUNCTIONS = {f"sklearn.metrics.{name}": metric for name, metric in _SKLEARN.items()}
"""A dotted name -> our metric; empty where we have none."""
_AVERAGED = {"f1", "precision", "recall"}
KEYS = {
    **{name: name for name in {*_SKLEARN.values()} - {""}},
    "auc": "roc_auc",
    "avg_prec": "average_precision",
    "ap": "average_precision",
    "acc": "accuracy",
    "r2_score": "r2",
    "r_squared": "r2",
    "f1_macro": "f1_macro",
    "f1_weighted": "f1_weighted",
    "macro_f1": "f1_macro",
    "weighted_f1": "f1_weighted",
    "f1_score": "f1",
    "mean_absolute_error": "mae",
    "mean_squared_error": "mse",
    "me": "max_error",
    "logloss": "log_loss",
    "precision_macro": "precision_macro",
    "recall_macro": "recall_macro",
}
"""What people call a metric in a file of numbers -> ours: a guess, where no code says which function made it."""


def measured(follower: Any, name: str, call: Call) -> Measured:
    """The value of a call of one of `FUNCTIONS`."""
    metric = FUNCTIONS[name]
    average = call.plain(99, "average")
    if metric in _AVERAGED and average in ("macro", "weighted", "micro"):
        metric = f"{metric}_{average}"
    if metric == "mse" and isinstance(squared := call.named.get("squared"), Const) and squared.value is False:
        metric = "rmse"
    found = Measured(metric, name.rpartition(".")[2], call.place)
    follower.found.measured.append(found)
    return found


__all__ = ["FUNCTIONS", "KEYS", "Measured", "measured"]
