"""Writes `.github/workflows/mlspec-*.yml`, or Forgejo's. Thin: what a job does is a command of mlspec's that a person can run as well."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layers import layer_names
from mlspec.compiler.project.layout import FORGEJO_WORKFLOWS, workflows_of
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import problem
from mlspec.language.yaml.write import HEADER, dump
from mlspec.pipelines.generate.forgejo import for_forgejo
from mlspec.pipelines.generate.github_actions import approvals, batch, ci, deploy, monitor, promote, refresh, retarget, retrain, sign

MOST_BYTES = 500_000
"""Of a workflow file; GitHub's limit is 500 KB, and it does not say whether that is 512,000."""


def render(project: Project, graph: Graph) -> dict[str, str]:
    """Return {path: text} of the workflows. What is stale they find out when they run; which layers there are, they know."""
    if not project.settings.envelope.spec.runs_in_ci:
        return {}
    layers = layer_names(graph)
    forms: dict[str, dict[str, Any] | None] = {
        ci.FILE: ci.render(project, layers),
        approvals.FILE: approvals.render(project),
        retarget.FILE: retarget.render(project),
        promote.FILE: promote.render(project),
        sign.FILE: sign.render(project),
        deploy.FILE: deploy.render(project),
        batch.FILE: batch.render(project),
        monitor.FILE: monitor.render(project),
        refresh.FILE: refresh.render(project),
        retrain.FILE: retrain.render(project, layers),
    }
    folder = workflows_of(project.settings.envelope.spec.ci.provider)
    change = for_forgejo if folder == FORGEJO_WORKFLOWS else dict
    return {f"{folder}/{name}": _readable(name, HEADER + dump(change(form)), len(layers)) for name, form in forms.items() if form}


def _readable(name: str, text: str, layers: int) -> str:
    """The text, where GitHub reads one of its length. Raises MLS0516."""
    size = len(text.encode())
    if size > MOST_BYTES:
        message = f"{name} would have {size // 1000:,} kB, and GitHub reads no workflow of more than {MOST_BYTES // 1000} kB"
        raise problem(
            "MLS0516",
            message,
            help=f"a job is written for each of {layers} layers: shorten the chain of sources that rules check one against another",
        )
    return text
