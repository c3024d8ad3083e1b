"""The bytes of a version, stored where others find them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.layout import MODELS
from mlspec.compiler.project.paths import relative
from mlspec.gates.candidate import Candidate
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.preflight import judged_by


def push_artifacts(workspace: Workspace, candidate: Candidate, say: Callable[[str], None]) -> None:
    """The bytes go before the words: a merged record or claim must find its model on the remote, and `verify` what it runs Steps on."""
    count = dvc_store.push(workspace.root, [*candidate.md5s, *_of_steps(workspace, candidate.model)])
    say(f"pushed {count} artifacts to the DVC remote" if count else "the DVC remote has all artifacts")


def _of_steps(workspace: Workspace, model: str) -> Iterator[str]:
    """What the Steps that the KPIs name read of models, and what those of them wrote that `verify` can't run again."""
    wanted = judged_by(workspace.project, workspace.graph, model)
    for pipeline in workspace.graph.pipelines:
        if pipeline.ref in wanted and pipeline.ref.startswith("step/"):
            yield from _of_step(workspace, pipeline)


def _of_step(workspace: Workspace, pipeline: Pipeline) -> Iterator[str]:
    lock = read_locks(workspace.root, pipeline.folder).get("step")
    for stage in pipeline.stages if lock else ():
        outs = [out.path for out in stage.outs if out.cache and (stage.params.get("network") or stage.params.get("secrets"))]
        found = {**(lock.deps if lock else {}), **(lock.outs if lock else {})}
        names = [relative(path, pipeline.folder) for path in (*(dep for dep in stage.deps if dep.startswith(f"{MODELS}/")), *outs)]
        yield from (found[name] for name in names if name in found)
