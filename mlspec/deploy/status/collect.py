"""Every object's state, in one list."""

from __future__ import annotations

from pathlib import Path

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.deploy.status.deployments import deployment_statuses
from mlspec.deploy.status.objects import model_status, source_status
from mlspec.deploy.status.state import ObjectStatus
from mlspec.pipelines.plan.staleness import stage_states
from mlspec.pipelines.plan.states import StageState


def collect(root: Path, project: Project, graph: Graph, environment: str | None = None) -> list[ObjectStatus]:
    """Return sources, models, then deployments (of one environment when named); reads, and changes nothing."""
    environments = project.settings.envelope.spec.environments if environment is None else (environment,)
    deployments = [s for name in environments for s in deployment_statuses(root, project, name)]
    if environment is not None:
        return deployments
    states: dict[str, list[StageState]] = {}
    for state in stage_states(root, graph):
        states.setdefault(state.ref, []).append(state)
    sources = [source_status(root, name, states.get(f"source/{name}", ())) for name in project.sources]
    models = [model_status(root, project, name, states.get(f"model/{name}", ())) for name in project.models]
    return [*sources, *models, *deployments]
