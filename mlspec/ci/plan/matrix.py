"""The plan as a workflow's step outputs: a matrix for each layer, with the sparse checkout that each job needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from mlspec.ci.plan_file import CiPlan, Layer, Shard
from mlspec.compiler.project.layout import CLAIMS, FOLDERS, PIPELINES, REGISTRY
from mlspec.diagnostics.words import some

MAX_CHARACTERS = 400_000
"""Of all outputs together; GitHub allows a megabyte a job, in UTF-16."""
LEFT_OUT = (PIPELINES, REGISTRY, CLAIMS)
"""What grows with the number of models, and that no job needs whole."""
_WHOLE = tuple(FOLDERS.values())


def step_outputs(plan: CiPlan, layers: Sequence[str]) -> dict[str, str]:
    """{output: value}: `stale`, and `layer_<name>` for each layer of the workflow, "" where nothing is to be done. One line each."""
    found = _matrices(plan, layers, whole=False)
    if sum(map(len, found.values())) > MAX_CHARACTERS:
        found = _matrices(plan, layers, whole=True)
    return {"stale": json.dumps(bool(plan.stages)), **found}


def _matrices(plan: CiPlan, layers: Sequence[str], *, whole: bool) -> dict[str, str]:
    planned = {layer.name: layer for layer in plan.layers}
    return {output_name(name): _matrix(planned.get(name), whole=whole) for name in layers}


def output_name(layer: str) -> str:
    """The step output of a layer: `layer_data_2`."""
    return "layer_" + layer.replace("-", "_")


def _matrix(layer: Layer | None, *, whole: bool) -> str:
    if layer is None or not layer.shards:
        return ""
    return json.dumps({"include": [_job(shard, whole=whole) for shard in layer.shards]}, sort_keys=True, separators=(",", ":"))


def _job(shard: Shard, *, whole: bool) -> dict[str, Any]:
    return {
        "shard": shard.name,
        "label": label(shard.objects),
        "checkout": checkout_patterns(_WHOLE if whole else shard.needs),
        "runs_on": json.dumps(shard.runs_on),
        "minutes": shard.minutes,
    }


def label(objects: Sequence[str]) -> str:
    """What a job is called: `model/a`, or `model/a and 3 more`."""
    return some(objects, 1)


def checkout_patterns(folders: Iterable[str]) -> str:
    """Patterns of a sparse checkout (not of its cone mode): everything but `LEFT_OUT`, and then these folders."""
    return "\n".join(["/*", *(f"!/{name}/*" for name in LEFT_OUT), *(f"/{folder}/" for folder in sorted(folders))])
