"""Two deployments serve at one port.

Two Deployments of one environment are served at the same host and port, by different targets or with the same model. One server serves
all Deployments of a target, each model by its name; a second server at the same port can't start, or answers in place of the first. Give
each a target with a port of its own, or `port: 0`, any free one.

Bad:

    rest: {host: 127.0.0.1, port: 8080}  # of two targets, or twice for one model

Good:

    rest: {host: 127.0.0.1, port: 0}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Related, Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    first: dict[tuple[str, str, int], Bound[Any]] = {}
    for deployment in view.deployments:
        target = view.target_of(deployment)
        address = target.envelope.spec.settings.address() if target else None
        if address is None or address[1] == 0:
            continue
        host, port = address
        other = first.setdefault((deployment.envelope.metadata.environment, host, port), deployment)
        if other is not deployment and not _share(other, deployment):
            related = Related(other.document.span(("spec", "target")), "the other one")
            message = f"`{deployment.ref}` and `{other.ref}` both serve at {host}:{port}"
            advice = "give each a target with a port of its own, or `port: 0`"
            yield Finding(deployment, ("spec", "target"), message, advice, related=(related,))


def _share(one: Bound[Any], other: Bound[Any]) -> bool:
    """Whether one server serves both."""
    first, second = one.envelope.spec, other.envelope.spec
    return bool(first.target == second.target and first.model != second.model)
