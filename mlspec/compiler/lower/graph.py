"""Project -> Graph: one pipeline a source, a label set and a model, each stage with only the parameters that it reads."""

from __future__ import annotations

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.resolve import source_edges
from mlspec.compiler.lower.labels import labels_pipeline
from mlspec.compiler.lower.model import model_pipeline
from mlspec.compiler.lower.source import source_pipeline
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project


def lower(project: Project, inputs: Inputs) -> Graph:
    """Return the graph: sources (those that others check against first), then label sets, then models, by name."""
    sources = [source_pipeline(project, project.sources[name], inputs) for name in _source_order(project)]
    labels = [labels_pipeline(project, bound, inputs) for _, bound in sorted(project.label_sets.items())]
    models = [model_pipeline(project, bound, inputs) for _, bound in sorted(project.models.items())]
    return Graph((*sources, *labels, *models))


def _source_order(project: Project) -> list[str]:
    """Depth first, by hand: a chain of sources may be longer than Python's stack."""
    edges = {name: sorted({e[0] for e in found}, reverse=True) for name, found in source_edges(project).items()}
    order: dict[str, None] = {}
    pending = sorted(edges, reverse=True)
    while pending:
        waiting = [upstream for upstream in edges[pending[-1]] if upstream not in order]
        if waiting and pending[-1] not in order:
            pending += waiting
        else:
            order.setdefault(pending.pop())
    return list(order)
