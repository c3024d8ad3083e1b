"""Which pipelines to run: the objects named, what they need upstream, and only what is stale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.diagnostics import did_you_mean, problem
from mlspec.pipelines.plan.states import StageState


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


def needs_run(root: Path, pipeline: Pipeline, states: Iterable[StageState]) -> bool:
    """Whether DVC must be asked: a stage is stale, or an output is not in the workspace."""
    stale = any(s.ref == pipeline.ref and s.status != "current" for s in states)
    return stale or any(not (root / o.path).exists() for s in pipeline.stages for o in s.outs)
