"""Nobody owns what is in production.

A Deployment in the last environment, or its model, names no `owner`. Whoever is woken up by it will look for one.

Good:

    metadata: {name: demand, environment: production, owner: "@acme/forecasting"}

Off unless selected, since a CODEOWNERS file may say it.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = False


def check(view: View) -> Iterator[Finding]:
    for deployment in view.deployments:
        if deployment.envelope.metadata.environment != view.environments[-1]:
            continue
        model = view.project.models.get(deployment.envelope.spec.model)
        if not deployment.envelope.metadata.owner and not (model and model.envelope.metadata.owner):
            message = f"neither `{deployment.ref}` nor its model says who owns it"
            yield Finding(deployment, ("metadata", "name"), message, "add `owner`, a person or a team")
