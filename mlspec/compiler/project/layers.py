"""The order of training: sources by the longest chain of sources above them, then models. Each layer is a matrix of its own."""

from __future__ import annotations

from mlspec.compiler.project.graph import Graph, Pipeline

MODELS = "models"


def layer_names(graph: Graph) -> tuple[str, ...]:
    """The layers that the project's objects can reach, in order: `data`, `data-2`, …, `models`."""
    found = layers_of(graph)
    sources = sorted({name for name in found.values() if name != MODELS}, key=lambda name: (len(name), name))
    return (*sources, *([MODELS] if MODELS in found.values() else []))


def layers_of(graph: Graph) -> dict[str, str]:
    """{object: its layer}. A source stands one above the deepest source that it or its rules read; all models stand last."""
    depths: dict[str, int] = {}
    for pipeline in graph.pipelines:
        if not _is_model(pipeline):
            depths[pipeline.ref] = 1 + max((depths[ref] for ref in pipeline.upstream), default=0)
    return {p.ref: MODELS if _is_model(p) else data_layer(depths[p.ref]) for p in graph.pipelines}


def data_layer(depth: int) -> str:
    """The name of the sources' layer at a depth that counts from 1."""
    return "data" if depth == 1 else f"data-{depth}"


def _is_model(pipeline: Pipeline) -> bool:
    return pipeline.ref.startswith("model/")
