"""The files that DeploymentTargets have in the repository: the pure half of a target. What runs them is mlspec.deploy.targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Bound, Project
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.kinds.targets.batch import BatchTarget
from mlspec.language.yaml.write import HEADER

Renderer = Callable[[Any, Sequence[Bound[Deployment]]], Mapping[str, str]]
"""render(settings, deployments that go by them): {path: text}."""


def _batch(settings: BatchTarget, _: Sequence[Bound[Deployment]]) -> dict[str, str]:
    """Predictions stay out of Git."""
    return {f"{output.folder}/.gitignore": HEADER + "*\n!.gitignore\n" for output in settings.outputs()}


BY_KIND: Mapping[str, Renderer] = {"batch": _batch}
"""Renderers by the kind's name; a kind that is not here has no files."""


def render(project: Project, graph: Graph) -> dict[str, str]:  # noqa: ARG001 - as every renderer
    """Return {path: text} of every target, as it is in each environment."""
    files: dict[str, str] = {}
    for target, deployments in project.target_forms():
        spec = target.envelope.spec
        renderer = BY_KIND.get(spec.kind.name)
        files |= renderer(spec.settings, deployments) if renderer else {}
    return files
