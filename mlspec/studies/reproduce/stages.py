"""What came out of each stage, beside the lock of the commit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Out, Pipeline, Stage
from mlspec.compiler.project.layout import lock_of
from mlspec.compiler.project.paths import relative
from mlspec.diagnostics import Problems
from mlspec.pipelines.locks import StageLock, parse_lock, read_locks
from mlspec.pipelines.workspace import Workspace
from mlspec.studies.clone import Clone
from mlspec.studies.reproduce.found import OutFound, StageFound
from mlspec.studies.rerun import is_reading

TIMED = "latency_p99"
"""Measured with a clock: two runs never agree on it, and nothing is wrong with that."""


def compared(workspace: Workspace, commit: str, clone: Clone, pipelines: list[Pipeline]) -> Iterator[StageFound]:
    """Each stage in order. `clone` was at `commit`, and its stages ran again."""
    for pipeline in pipelines:
        then = parse_lock(workspace.repository.show(commit, lock_of(pipeline.folder)))
        now = read_locks(clone.tree, pipeline.folder)
        for stage in pipeline.stages:
            outs = tuple(_out(workspace, commit, clone, pipeline, out, then[stage.name], now[stage.name]) for out in stage.outs)
            yield StageFound(pipeline.ref, stage.name, _state(stage, outs), outs)


def _state(stage: Stage, outs: tuple[OutFound, ...]) -> Any:
    return "read" if is_reading(stage) else "same" if all(o.same for o in outs) else "differs"


def _out(workspace: Workspace, commit: str, clone: Clone, pipeline: Pipeline, out: Out, then: StageLock, now: StageLock) -> OutFound:
    name = relative(out.path, pipeline.folder)
    before, after = then.outs.get(name, ""), now.outs.get(name, "")
    if before == after:
        return OutFound(out.path, before, after, same=True)
    if out.path.endswith(".json") and not out.cache:
        one = _json(workspace.repository.show(commit, out.path))
        if one is not None and one == _json((clone.tree / out.path).read_bytes()):
            return OutFound(out.path, before, after, same=True, note=f"but for {TIMED}, which is measured with a clock")
    return OutFound(out.path, before, after, same=False, note=_note(workspace.root, clone, out, before))


def _json(content: bytes | None) -> Any:
    """A report without what a clock measured; None for what is no JSON."""
    try:
        found = json.loads(content or b"")
    except ValueError:
        return None
    measured = found.get("measured") if isinstance(found, dict) else None
    if isinstance(measured, dict):
        measured.pop(TIMED, None)
    return found


def _note(root: Path, clone: Clone, out: Out, before: str) -> str:
    """How rows differ; "" of what has none."""
    if not out.path.endswith(".parquet") or not before:
        return ""
    place = clone.home / "before" / before / "rows.parquet"
    try:
        dvc_store.fetch(root, {"path": out.path, "md5": before}, place)
    except Problems as problems:
        return f"the rows of then can't be had: {problems.diagnostics[0].message}"
    from mlspec.studies.reproduce.rows import difference

    return difference(place, clone.tree / out.path)
