"""Writes `.github/workflows/mlspec-*.yml`. Thin: what a job does is a command of mlspec's that a person can run as well."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layers import layer_names
from mlspec.compiler.project.layout import WORKFLOWS
from mlspec.compiler.project.project import Project
from mlspec.language.yaml.write import HEADER, dump
from mlspec.pipelines.generate.github_actions import approvals, ci, deploy, monitor, promote, refresh, retrain, sign


def render(project: Project, graph: Graph) -> dict[str, str]:
    """Return {path: text} of the workflows. What is stale they find out when they run; which layers there are, they know."""
    if not project.settings.envelope.spec.runs_in_ci:
        return {}
    layers = layer_names(graph)
    forms: dict[str, dict[str, Any] | None] = {
        ci.FILE: ci.render(project, layers),
        approvals.FILE: approvals.render(project),
        promote.FILE: promote.render(project),
        sign.FILE: sign.render(project),
        deploy.FILE: deploy.render(project),
        monitor.FILE: monitor.render(project),
        refresh.FILE: refresh.render(project),
        retrain.FILE: retrain.render(project, layers),
    }
    return {f"{WORKFLOWS}/{name}": HEADER + dump(form) for name, form in forms.items() if form}
