"""Which pipelines to run: the objects named, what they need upstream, and only what is stale."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.diagnostics import did_you_mean, problem
from mlspec.pipelines.plan.actions import Plan


def select(graph: Graph, refs: Sequence[str]) -> list[Pipeline]:
    """Return the pipelines of `refs` (all when empty) with their upstream, in order. Raises `Problems` on an unknown ref."""
    known = {p.ref: p for p in graph.pipelines}
    for ref in refs:
        if ref not in known:
            raise problem("MLS0003", f"no spec declares `{ref}`", help=did_you_mean(ref, known))
    wanted = _with_upstream(known, refs or known)
    return [p for p in graph.pipelines if p.ref in wanted]


def _with_upstream(known: dict[str, Pipeline], refs: Iterable[str]) -> set[str]:
    wanted: set[str] = set()
    queue = list(refs)
    while queue:
        ref = queue.pop()
        if ref not in wanted:
            wanted.add(ref)
            queue += known[ref].upstream
    return wanted


def stale_refs(plan: Plan) -> set[str]:
    """Objects with a stage that is not current."""
    return {s.ref for s in plan.stages if s.status != "current"}


def needs_run(root: Path, pipeline: Pipeline, stale: Collection[str]) -> bool:
    """Whether DVC must be asked: the pipeline is among the `stale_refs`, or an output is not in the workspace."""
    return pipeline.ref in stale or any(not (root / o.path).exists() for s in pipeline.stages for o in s.outs)
