"""A model skips an environment on its way.

The model has a Deployment in an environment, and none in the one before it on the promotion path: the first place that sees it is a
later one, such as production. Add a Deployment of it to the environment before.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for deployment in view.deployments:
        meta, model = deployment.envelope.metadata, deployment.envelope.spec.model
        index = view.environments.index(meta.environment) if meta.environment in view.environments else 0
        before = view.environments[index - 1] if index else None
        if before and before not in view.places[model]:
            message = f"`model/{model}` goes to {meta.environment} and skips {before}"
            yield Finding(deployment, ("metadata", "environment"), message, f"add a Deployment of it under environments/{before}/")
