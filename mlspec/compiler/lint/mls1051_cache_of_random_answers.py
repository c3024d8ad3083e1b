"""A cache holds answers that are drawn at random.

`rest: {cache: …}` gives the first answer to a request again, as long as it is kept. A `DummyClassifier` with the strategy `stratified` or
`uniform` draws each answer: with a cache, one draw stands for all requests that come again with the same bytes, and answers no longer
come in the shares that the strategy promises. Code of your own that draws answers has the same fault, which can't be seen here.

Bad:

    # its target: rest: {cache: {answers: 1000}}
    estimator: {class: sklearn.dummy.DummyClassifier, params: {strategy: stratified}}

Good:

    estimator: {class: sklearn.dummy.DummyClassifier, params: {strategy: prior}}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity
from mlspec.language.kinds.model import Estimator
from mlspec.language.kinds.targets.rest import RestTarget

SEVERITY: Severity = "warning"
ON = True
_DRAWS = ("stratified", "uniform")


def check(view: View) -> Iterator[Finding]:
    models = {model.name: model for model in view.models}
    for deployment in view.deployments:
        target, model = view.target_of(deployment), models.get(deployment.envelope.spec.model)
        settings = target.envelope.spec.settings if target else None
        if model is None or not isinstance(settings, RestTarget) or settings.cache is None:
            continue
        if drawn := _drawn(model.envelope.spec.estimator):
            message = f"`{model.ref}` draws its answers (`strategy: {drawn}`), and its target keeps them"
            yield Finding(deployment, ("spec", "target"), message, "use a target without `cache`, or a strategy that draws nothing")


def _drawn(estimator: Estimator | None) -> str | None:
    """The strategy by which an estimator draws; None where it does not."""
    if estimator is None or estimator.class_path != "sklearn.dummy.DummyClassifier":
        return None
    strategy = estimator.params.get("strategy")
    return str(strategy) if strategy in _DRAWS else None
