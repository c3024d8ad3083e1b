"""`random_state` overrides the seed.

mlspec gives the estimator the model's `seed` (or the project's). A `random_state` among its params wins over it: what `mlspec explain`
shows as the seed is then not what the model was trained with, and `random_state: null` makes every training another model.

Bad:

    estimator: {class: sklearn.ensemble.RandomForestRegressor, params: {random_state: 42}}

Good:

    seed: 42
    estimator: {class: sklearn.ensemble.RandomForestRegressor}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        estimator = model.envelope.spec.estimator
        if estimator and "random_state" in estimator.params:
            message = "`random_state` among the params overrides the model's seed"
            route = ("spec", "estimator", "params", "random_state")
            yield Finding(model, route, message, "remove it, and write `seed` beside `estimator` to choose one", key=True)
