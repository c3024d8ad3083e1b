"""The order of training: sources by the longest chain of sources above them, then models, then steps by the longest chain of steps.

Each layer is a matrix of its own.
"""

from __future__ import annotations

from mlspec.compiler.project.graph import Graph, Pipeline

MODELS, STEPS = "models", "steps"


def layer_names(graph: Graph) -> tuple[str, ...]:
    """The layers that the project's objects can reach, in order: `data`, `data-2`, …, `models`, `steps`, `steps-2`, …."""
    found = set(layers_of(graph).values())
    steps = {name for name in found if is_of_steps(name)}
    sources = found - steps - {MODELS}
    return (*_by_depth(sources), *([MODELS] if MODELS in found else []), *_by_depth(steps))


def _by_depth(names: set[str]) -> list[str]:
    return sorted(names, key=lambda name: (len(name), name))


def is_of_steps(layer: str) -> bool:
    """Whether the objects of a layer are Steps."""
    return layer == STEPS or layer.startswith(f"{STEPS}-")


def layers_of(graph: Graph) -> dict[str, str]:
    """{object: its layer}. A source stands one above the deepest source that it or its rules read; models come after all of them, and
    after the models the steps, one above the deepest step that they read.
    """
    depths: dict[str, int] = {}
    for pipeline in graph.pipelines:
        if not _is_model(pipeline):
            alike = [ref for ref in pipeline.upstream if _is_step(ref) or not _is_step(pipeline.ref)]
            depths[pipeline.ref] = 1 + max((depths[ref] for ref in alike), default=0)
    return {p.ref: MODELS if _is_model(p) else _layer(p.ref, depths[p.ref]) for p in graph.pipelines}


def _layer(ref: str, depth: int) -> str:
    if not _is_step(ref):
        return data_layer(depth)
    return STEPS if depth == 1 else f"{STEPS}-{depth}"


def data_layer(depth: int) -> str:
    """The name of the sources' layer at a depth that counts from 1."""
    return "data" if depth == 1 else f"data-{depth}"


def _is_step(ref: str) -> bool:
    return ref.startswith("step/")


def _is_model(pipeline: Pipeline) -> bool:
    return pipeline.ref.startswith("model/")
