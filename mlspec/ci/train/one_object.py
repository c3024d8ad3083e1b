"""One object of a shard: bring what it reads, run what is stale, push what DVC keeps, hand over what Git keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.ci.results import put_results, results_of
from mlspec.ci.train.object_inputs import bring_inputs
from mlspec.ci.train.time_limit import TimeIsOverError, time_limit
from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.compiler.project.paths import relative
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import problem
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.part import closure
from mlspec.pipelines.run.options import RunOptions
from mlspec.pipelines.run.run import run_restored
from mlspec.pipelines.workspace import Workspace

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Training:
    """What the objects of a shard share. `results`: the folder that is handed on; `lock`: the handle of the lock on runs."""

    workspace: Workspace
    results: Path
    say: Say
    lock: int | None = None

    @property
    def root(self) -> Path:
        return self.workspace.root

    @property
    def graph(self) -> Graph:
        return self.workspace.graph

    def listening(self, say: Say) -> Training:
        """The same, whose lines go elsewhere."""
        return replace(self, say=say)


def train_object(training: Training, ref: str, *, force: bool) -> Mapping[str, float]:
    """Bring an object up to date whose upstream is current; return the seconds of the stages that ran.

    Its outputs are in the remote then, and its results below `training.results`. Where it is current already nothing runs, unless an output
    is nowhere any more: then all of it does. Raises `Problems`, MLS0568 among them when its own time limit is over.
    """
    part = closure(training.graph, [ref])
    own = next(p for p in part.pipelines if p.ref == ref)
    limit = _limit(training.workspace.project, ref)
    try:
        with time_limit(limit):
            times = _run(training, part, own, force=force)
            dvc_store.push(training.root, _kept_by_dvc(training.root, own).values())
    except TimeIsOverError:
        help_text = f"give it more time: `resources.timeout` of {ref}"
        raise problem("MLS0568", f"{ref} took longer than {limit:g} s, and was ended", help=help_text) from None
    _require_current(training, part, own)
    put_results(training.results, results_of(training.root, training.graph, ref))
    return {name.partition(":")[2]: seconds for name, seconds in times.items()}


def _limit(project: Project, ref: str) -> float | None:
    kind, _, name = ref.partition("/")
    return project.models[name].envelope.spec.resources.timeout if kind == "model" else None


def _run(training: Training, part: Graph, own: Pipeline, *, force: bool) -> Mapping[str, float]:
    """Only `own` is run. Its upstream is left out of what DVC is asked, so that no job runs what another one has to."""
    make = partial(training.workspace.plan_of, part)
    plan = make()
    gone = () if force else _gone(training.root, own, plan)
    for path in gone:
        training.say(f"      {path} is neither in DVC's cache nor in its remote: all of {own.ref} runs again")
    if not force and not gone and not _stale(own, plan):
        training.say(f"      {own.ref} is up to date")
        return {}
    bring_inputs(training.root, part, own, training.say)
    alone = replace(training.workspace, graph=Graph((replace(own, upstream=()),)))
    options = RunOptions(force=force or bool(gone), pull=True, lock=training.lock)
    return run_restored(alone, make, [own.ref], options, training.say).times


def _stale(own: Pipeline, plan: Plan) -> list[str]:
    return [f"{s.stage}: {', '.join(s.reasons)}" for s in plan.stages if s.ref == own.ref and s.status != "current"]


def _gone(root: Path, own: Pipeline, plan: Plan) -> list[str]:
    """Outputs of the stages that need not run which are nowhere: what comes after them could not read them."""
    running = {s.stage for s in plan.stages if s.ref == own.ref and s.status == "run"}
    kept = _kept_by_dvc(root, own, [stage.name for stage in own.stages if stage.name not in running])
    if not kept:
        return []
    lost = dvc_store.lost(root, kept.values())
    return [path for path, md5 in kept.items() if md5 in lost]


def _kept_by_dvc(root: Path, own: Pipeline, stages: Iterable[str] | None = None) -> dict[str, str]:
    """{path: md5} of the outputs that DVC keeps, of these stages or all, as their lock has them."""
    locks = read_locks(root, own.folder)
    wanted = {stage.name for stage in own.stages} if stages is None else set(stages)
    found: dict[str, str] = {}
    for stage in own.stages:
        if stage.name in wanted and stage.name in locks:
            recorded = locks[stage.name].outs
            names = {out.path: relative(out.path, own.folder) for out in stage.outs if out.cache}
            found |= {path: recorded[name] for path, name in names.items() if name in recorded}
    return found


def _require_current(training: Training, part: Graph, own: Pipeline) -> None:
    stale = _stale(own, training.workspace.plan_of(part))
    if stale:
        message = f"{own.ref} is still stale after it ran: {stale[0]}"
        raise problem("MLS0567", message, help="a stage may write its own outputs alone: look what writes into its inputs")
