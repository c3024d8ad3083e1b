"""Project -> Graph: one pipeline an object, each stage with only the parameters that it reads."""

from __future__ import annotations

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.resolve import Edges, data_edges, step_edges
from mlspec.compiler.lower.features import features_pipeline
from mlspec.compiler.lower.labels import labels_pipeline
from mlspec.compiler.lower.model import model_pipeline
from mlspec.compiler.lower.source import source_pipeline
from mlspec.compiler.lower.step import step_pipeline
from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.compiler.project.project import Project


def lower(project: Project, inputs: Inputs) -> Graph:
    """Return the graph: sources and feature sets (those that others read first), label sets, models, then steps, by name."""
    data = [_data_pipeline(project, ref, inputs) for ref in _in_order(data_edges(project))]
    labels = [labels_pipeline(project, bound, inputs) for _, bound in sorted(project.label_sets.items())]
    models = [model_pipeline(project, bound, inputs) for _, bound in sorted(project.models.items())]
    steps = [step_pipeline(project, project.steps[ref.partition("/")[2]], inputs) for ref in _in_order(step_edges(project))]
    return Graph((*data, *labels, *models, *steps))


def _data_pipeline(project: Project, ref: str, inputs: Inputs) -> Pipeline:
    kind, _, name = ref.partition("/")
    if kind == "source":
        return source_pipeline(project, project.sources[name], inputs)
    return features_pipeline(project, project.feature_sets[name], inputs)


def _in_order(found: Edges) -> list[str]:
    """Depth first, by hand: a chain of sources may be longer than Python's stack."""
    edges = {ref: sorted({e[0] for e in above}, reverse=True) for ref, above in found.items()}
    order: dict[str, None] = {}
    pending = list(reversed(edges))
    while pending:
        waiting = [upstream for upstream in edges[pending[-1]] if upstream not in order]
        if waiting and pending[-1] not in order:
            pending += waiting
        else:
            order.setdefault(pending.pop())
    return list(order)
