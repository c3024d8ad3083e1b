"""Project -> Graph: one pipeline a source and a model, each stage with only the parameters that it reads."""

from __future__ import annotations

from mlspec.compiler.inputs import Inputs
from mlspec.compiler.lower_model import model_pipeline
from mlspec.compiler.lower_source import source_pipeline
from mlspec.compiler.resolve import source_edges
from mlspec.ir.graph import Graph
from mlspec.ir.project import Project


def lower(project: Project, inputs: Inputs) -> Graph:
    """Return the graph: sources (those that others check against first), then models, by name."""
    sources = [source_pipeline(project, project.sources[name], inputs) for name in _source_order(project)]
    models = [model_pipeline(project, bound, inputs) for _, bound in sorted(project.models.items())]
    return Graph((*sources, *models))


def _source_order(project: Project) -> list[str]:
    edges = {name: sorted({e[0] for e in found}) for name, found in source_edges(project).items()}
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            for upstream in edges[name]:
                visit(upstream)
            order.append(name)

    for name in sorted(edges):
        visit(name)
    return order
