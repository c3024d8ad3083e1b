"""Every stage of a model after the reading of its sources, run again in a clone. What was read comes by content: no source is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Pipeline, Stage
from mlspec.compiler.project.layout import is_made, lock_of
from mlspec.compiler.project.paths import relative
from mlspec.diagnostics import Span, problem
from mlspec.pipelines.locks import StageLock, read_locks
from mlspec.pipelines.run.options import RunOptions
from mlspec.pipelines.run.run import run_stages
from mlspec.pipelines.tracked import bring
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.preflight import judged_by

Say = Callable[[str], None]


def made_for(workspace: Workspace, model: str) -> list[Pipeline]:
    """The pipelines of a model, of all it is made from, and of the Steps that its KPIs name, each after what it needs."""
    wanted = judged_by(workspace.project, workspace.graph, model)
    return [p for p in workspace.graph.pipelines if p.ref in wanted]


def is_reading(stage: Stage) -> bool:
    """Whether a stage reads from outside. A source that is made of other sources is made again like everything else."""
    return stage.name == "ingest" and "from" not in stage.params


def require_locked(tree: Path, pipelines: list[Pipeline]) -> None:
    """Raises MLS0793 where a lock of the commit does not name each stage, and no other: it was never run, or by another version."""
    for pipeline in pipelines:
        there, here = set(read_locks(tree, pipeline.folder)), {s.name for s in pipeline.stages}
        if odd := sorted(there ^ here):
            what = f"{', '.join(odd)}: {'no such stage in its lock' if odd[0] in here else 'a stage that this version of mlspec has not'}"
            help_text = f"`mlspec run {pipeline.ref}` and commit; of an old version, install the mlspec that made it"
            raise problem("MLS0793", f"{pipeline.ref} can't be made again: {what}", help=help_text, span=Span(lock_of(pipeline.folder)))


def rerun(root: Path, tree: Path, pipelines: list[Pipeline], say: Say, python: str | None = None) -> None:
    """Run them in `tree`, a clone of the project at `root`, whose store has the data. `python`: the environment's, else this one.

    Raises MLS0971 when nobody has what was read, MLS0505 and the stage's own diagnostics when one fails.
    """
    for number, pipeline in enumerate(pipelines, 1):
        locks = read_locks(tree, pipeline.folder)
        read = [s for s in pipeline.stages if is_reading(s)]
        again = [s for s in pipeline.stages if not is_reading(s)]
        say(f"[{number}/{len(pipelines)}] {pipeline.ref}")
        for path, md5 in _recorded(pipeline, read, locks):
            dvc_store.fetch(root, {"path": path, "md5": md5}, tree / path)
        bring_inputs(root, tree, again, say)
        if again:
            run_stages(tree, pipeline, RunOptions(force=True, python=python), say, [s.name for s in again])


def _recorded(pipeline: Pipeline, stages: list[Stage], locks: dict[str, StageLock]) -> Iterator[tuple[str, str]]:
    for stage in stages:
        for out in stage.outs:
            if out.cache:
                yield out.path, locks[stage.name].outs[relative(out.path, pipeline.folder)]


def bring_inputs(root: Path, tree: Path, stages: list[Stage], say: Say) -> None:
    """What stages read that people made, brought to a clone. Raises MLS0793 for what is neither in the commit nor tracked, MLS0971."""
    for dep in dict.fromkeys(dep for stage in stages for dep in stage.deps if not is_made(dep)):
        _bring(root, tree, dep, say)


def bring_read(root: Path, tree: Path, pipeline: Pipeline, say: Say) -> None:
    """What the reading stages of a pipeline wrote, by the clone's lock: where it is known, no source is asked again. Raises MLS0971."""
    locks = read_locks(tree, pipeline.folder)
    known = [stage for stage in pipeline.stages if is_reading(stage) and stage.name in locks]
    for path, md5 in _recorded(pipeline, known, locks):
        dvc_store.fetch(root, {"path": path, "md5": md5}, tree / path)
    bring_inputs(root, tree, [stage for stage in pipeline.stages if stage not in known], say)


def _bring(root: Path, tree: Path, path: str, say: Say) -> None:
    """What a `.dvc` file tracks; all else of people's is in the clone, or is no part of the commit."""
    bring(root, path, say, tree=tree)
    if not (tree / path).exists():
        raise problem(
            "MLS0793", f"`{path}`, which a stage reads, is neither in the commit nor tracked by DVC", help="commit it, or `dvc add` it"
        )
