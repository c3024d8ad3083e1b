"""Project -> Graph: one pipeline a source, a feature set, a label set and a model, each stage with only the parameters that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.resolve import set_edges, source_edges
from mlspec.compiler.lower.features import features_pipeline
from mlspec.compiler.lower.labels import labels_pipeline
from mlspec.compiler.lower.model import model_pipeline
from mlspec.compiler.lower.source import source_pipeline
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project


def lower(project: Project, inputs: Inputs) -> Graph:
    """Return the graph: sources, feature sets (those that others read first), label sets, then models, by name."""
    sources = [source_pipeline(project, project.sources[name], inputs) for name in _in_order(source_edges(project))]
    sets = [features_pipeline(project, project.feature_sets[name], inputs) for name in _in_order(set_edges(project))]
    labels = [labels_pipeline(project, bound, inputs) for _, bound in sorted(project.label_sets.items())]
    models = [model_pipeline(project, bound, inputs) for _, bound in sorted(project.models.items())]
    return Graph((*sources, *sets, *labels, *models))


def _in_order(found: Mapping[str, list[tuple[str, Any, Any]]]) -> list[str]:
    """Depth first, by hand: a chain of sources may be longer than Python's stack."""
    edges = {name: sorted({e[0] for e in above}, reverse=True) for name, above in found.items()}
    order: dict[str, None] = {}
    pending = sorted(edges, reverse=True)
    while pending:
        waiting = [upstream for upstream in edges[pending[-1]] if upstream not in order]
        if waiting and pending[-1] not in order:
            pending += waiting
        else:
            order.setdefault(pending.pop())
    return list(order)
