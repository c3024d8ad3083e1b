"""Puts back outputs that are not in the workspace, or were altered there, from DVC's cache: no stage need run for them.

DVC's own run cache does not take stages with outputs that Git keeps, so `dvc repro` would train again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.paths import relative
from mlspec.diagnostics.atomic import sweep
from mlspec.pipelines.locks import StageLock, read_locks
from mlspec.pipelines.outputs import is_altered
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.staleness import ALTERED
from mlspec.pipelines.run.selection import select
from mlspec.pipelines.workspace import Workspace


def restore(workspace: Workspace, plan: Plan, refs: Sequence[str], say: Callable[[str], None]) -> bool:
    """Restore what the plan's stages wrote, unless they have another reason to run; return whether anything changed.

    What DVC's cache lacks is left for DVC to make or fetch. Raises MLS0970 when DVC can't be opened.
    """
    root = workspace.root
    wanted = {root / path: md5 for path, md5 in _damaged(workspace, plan, refs)}
    if not wanted:
        return False
    artifacts = [({"md5": md5, "path": path.relative_to(root).as_posix()}, path) for path, md5 in wanted.items()]
    for folder in {path.parent for path in wanted}:
        sweep(folder, dvc_store.PREFIX)  # what a killed run left
    restored = dvc_store.restore(root, artifacts)
    for path in restored:
        say(f"{path.relative_to(root).as_posix()}: put back from DVC's cache")
    return bool(restored)


def _damaged(workspace: Workspace, plan: Plan, refs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Path and md5 of cached outputs that are not what their lock says, of stages that would not run but for that."""
    stale = {(s.ref, s.stage) for s in plan.stages if s.status == "run" and not all(r.endswith(ALTERED) for r in s.reasons)}
    root = workspace.root
    for pipeline in select(workspace.graph, refs):
        stages = [s for s in pipeline.stages if (pipeline.ref, s.name) not in stale]
        locks = read_locks(root, pipeline.folder) if stages else {}
        for stage in stages:
            for out in stage.outs:
                name = relative(out.path, pipeline.folder)
                if out.cache and _is_damaged(root, pipeline.folder, name, locks.get(stage.name)):
                    yield out.path, locks[stage.name].outs[name]


def _is_damaged(root: Path, folder: str, name: str, lock: StageLock | None) -> bool:
    if lock is None or name not in lock.outs:
        return False
    return not (root / folder / name).exists() or is_altered(root, folder, name, lock)
