"""The estimator's name does not fit the task.

A class named `…Regressor` for classes, or `…Classifier` for a number. Training would stop with MLS0652, perhaps after an hour of data
work; this says it at once.

Bad:

    task: binary
    estimator: {class: sklearn.ensemble.RandomForestRegressor}

Good:

    task: binary
    estimator: {class: sklearn.ensemble.RandomForestClassifier}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity
from mlspec.metrics.tasks import TASKS

SEVERITY: Severity = "warning"
ON = True


_REGRESSORS = frozenset({"LinearRegression", "Ridge", "Lasso", "ElasticNet", "SVR", "LinearSVR", "BayesianRidge", "HuberRegressor"})
_CLASSIFIERS = frozenset({"LogisticRegression", "LogisticRegressionCV", "SVC", "LinearSVC", "GaussianNB", "MultinomialNB", "Perceptron"})


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        spec = model.envelope.spec
        name = spec.estimator.class_path.rsplit(".", 1)[1] if spec.estimator else ""
        regressor = name in _REGRESSORS or name.endswith("Regressor")
        classifier = name in _CLASSIFIERS or name.endswith("Classifier")
        wanted = TASKS[spec.task].estimator
        if (regressor and wanted != "regressor") or (classifier and wanted != "classifier"):
            message = f"the task is {spec.task}, and `{name}` is a {'regressor' if regressor else 'classifier'}"
            yield Finding(model, ("spec", "estimator", "class"), message, "change the task or the class")
