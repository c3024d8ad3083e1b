"""Which task a model has: by its class, by the metrics that are computed of it, by the values of its target."""

from __future__ import annotations

from collections.abc import Sequence

from mlspec.setup.adopt.code.values import Measured
from mlspec.setup.adopt.facts import Sure
from mlspec.setup.adopt.propose.rows import Rows

_NUMBERS = frozenset(
    {
        "LinearRegression",
        "Ridge",
        "RidgeCV",
        "Lasso",
        "LassoCV",
        "ElasticNet",
        "ElasticNetCV",
        "SVR",
        "LinearSVR",
        "NuSVR",
        "BayesianRidge",
        "Lars",
        "LassoLars",
        "TheilSenRegressor",
        "KernelRidge",
    }
)
_CLASSES = frozenset(
    {
        "LogisticRegression",
        "LogisticRegressionCV",
        "SVC",
        "LinearSVC",
        "NuSVC",
        "GaussianNB",
        "MultinomialNB",
        "ComplementNB",
        "BernoulliNB",
        "CategoricalNB",
        "Perceptron",
        "LinearDiscriminantAnalysis",
        "QuadraticDiscriminantAnalysis",
        "NearestCentroid",
    }
)
_AVERAGED = ("f1_macro", "f1_weighted", "precision_macro", "recall_macro")
_BINARY = ("f1", "precision", "recall", "roc_auc", "average_precision", "brier")
_REGRESSION = ("mae", "mse", "rmse", "r2", "mape", "medae", "max_error", "explained_variance")


def is_regressor(path: str) -> bool | None:
    """By the class's name; None where it says nothing."""
    name = path.rpartition(".")[2]
    if name.endswith("Regressor") or name in _NUMBERS:
        return True
    return False if name.endswith("Classifier") or name in _CLASSES else None


def task_of(path: str, measured: Sequence[Measured], rows: Rows) -> tuple[str, Sure, str]:
    """The task, how sure it is, and by what it was told."""
    metrics = {m.metric for m in measured}
    number = is_regressor(path)
    if number or (number is None and metrics & {*_REGRESSION}):
        return ("regression", "certain", "the class is a regressor") if number else ("regression", "likely", "by the metrics")
    if rows.classes == 2:
        return "binary", "likely", "the target has 2 values"
    if rows.classes > 2:
        return "multiclass", "likely", f"the target has {rows.classes} values"
    if metrics & {*_AVERAGED}:
        return "multiclass", "likely", "by the metrics"
    if metrics & {*_BINARY}:
        return "binary", "likely", "by the metrics"
    return "binary", "guess", "nothing says how many classes there are"
