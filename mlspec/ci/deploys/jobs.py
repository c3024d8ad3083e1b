"""The deploy jobs of a commit: one for each environment and runner, so that GitHub's protection of the environment holds for each."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import problem
from mlspec.language.kinds.deployment import Deployment, DeploymentTargetSpec

MOST_JOBS = 256
"""Of a matrix (https://docs.github.com/en/actions/reference/limits)."""
Row = dict[str, str]
"""A combination of the matrix. The workflow's file names none of what stands here, so that it stays as it is."""


@dataclass(frozen=True, slots=True)
class Group:
    """Deployments of an environment that one runner deploys. `label`: `production`, and for a second runner `production.2`: with a dot,
    since an environment may be called `production-2`.
    """

    environment: str
    label: str
    runs_on: tuple[str, ...]
    deployments: tuple[Bound[Deployment], ...]


def groups(project: Project, environment: str, only: Collection[str] | None = None) -> Iterator[Group]:
    """Of all deployments of an environment, or of those named."""
    found: dict[tuple[str, ...], list[Bound[Deployment]]] = {}
    for deployment in project.deployments_of(environment):
        if only is None or deployment.name in only:
            found.setdefault(_labels(project, deployment), []).append(deployment)
    for number, (labels, deployments) in enumerate(sorted(found.items()), 1):
        yield Group(environment, environment + (f".{number}" if number > 1 else ""), labels, tuple(deployments))


def labels_of(project: Project, environment: str) -> dict[str, str]:
    """{deployment: its group's label}: two runs deploy it one after the other where it has the same one in both."""
    return {d.name: group.label for group in groups(project, environment) for d in group.deployments}


def deploy_row(project: Project, group: Group) -> Row:
    """A server is reconciled only on a machine that stays when the job ends; elsewhere it pulls, and the job verifies alone."""
    is_own = "self-hosted" in group.runs_on
    here = [d for d in group.deployments if is_own or not target(project, d).kind.on_host]
    return {
        "name": f"deploy-{group.label}",
        "label": group.label,
        "environment": group.environment,
        "runs_on": runs_on(group.runs_on),
        "deployments": names(group.deployments),
        "reconcile": names(here),
        "predictions": predictions(project, here),
    }


def matrix(rows: Sequence[Row]) -> str:
    """The matrix as a step's output; "" where there is nothing to do. Raises MLS0569 for more jobs than a matrix may have."""
    if len(rows) > MOST_JOBS:
        message = f"{len(rows)} jobs would deploy, and a matrix of GitHub's has {MOST_JOBS} at most"
        raise problem("MLS0569", message, help="let more deployments share a runner (`runsOn` of their targets)")
    return json.dumps({"include": list(rows)}, sort_keys=True, separators=(",", ":")) if rows else ""


def names(deployments: Sequence[Bound[Deployment]]) -> str:
    return " ".join(d.ref for d in deployments)


def runs_on(labels: tuple[str, ...]) -> str:
    """The labels for `fromJSON`."""
    return json.dumps(labels[0] if len(labels) == 1 else list(labels))


def predictions(project: Project, deployments: Sequence[Bound[Deployment]]) -> str:
    """The patterns of what batches write, one a line."""
    outputs = sorted({output for d in deployments for output in target(project, d).settings.outputs()})
    return "\n".join(f"{folder.replace('[', '[[]')}/{pattern}" for folder, pattern in outputs)


def target(project: Project, deployment: Bound[Deployment]) -> DeploymentTargetSpec:
    """What a deployment's target says in its environment."""
    return project.target_of(deployment).envelope.spec


def _labels(project: Project, deployment: Bound[Deployment]) -> tuple[str, ...]:
    labels = target(project, deployment).runs_on or project.settings.envelope.spec.ci.runs_on
    return (labels,) if isinstance(labels, str) else tuple(labels)
