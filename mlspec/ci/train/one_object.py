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
from mlspec.pipelines.plan.part import closure, plan_part
from mlspec.pipelines.run.run import RunOptions, run_restored

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where objects are trained. `results`: the folder that is handed on; `lock`: the handle of the lock on runs."""

    root: Path
    project: Project
    graph: Graph
    results: Path
    say: Say
    lock: int | None = None

    def listening(self, say: Say) -> Workspace:
        """The same place, whose lines go elsewhere."""
        return replace(self, say=say)


def train_object(space: Workspace, ref: str, *, force: bool) -> Mapping[str, float]:
    """Bring an object up to date whose upstream is current; return the seconds of the stages that ran.

    Its outputs are in the remote then, and its results below `space.results`. Where it is current already nothing runs, unless an output
    is nowhere any more: then all of it does. Raises `Problems`, MLS0568 among them when its own time limit is over.
    """
    part = closure(space.graph, [ref])
    own = next(p for p in part.pipelines if p.ref == ref)
    limit = _limit(space.project, ref)
    try:
        with time_limit(limit):
            times = _run(space, part, own, force=force)
            dvc_store.push(space.root, _kept_by_dvc(space.root, own).values())
    except TimeIsOverError:
        help_text = f"give it more time: `resources.timeout` of {ref}"
        raise problem("MLS0568", f"{ref} took longer than {limit:g} s, and was ended", help=help_text) from None
    _require_current(space, part, own)
    put_results(space.results, results_of(space.root, space.graph, ref))
    return {name.partition(":")[2]: seconds for name, seconds in times.items()}


def _limit(project: Project, ref: str) -> float | None:
    kind, _, name = ref.partition("/")
    return project.models[name].envelope.spec.resources.timeout if kind == "model" else None


def _run(space: Workspace, part: Graph, own: Pipeline, *, force: bool) -> Mapping[str, float]:
    """Only `own` is run. Its upstream is left out of what DVC is asked, so that no job runs what another one has to."""
    make = partial(plan_part, space.root, space.project, part)
    plan = make()
    gone = () if force else _gone(space.root, own, plan)
    for path in gone:
        space.say(f"      {path} is neither in DVC's cache nor in its remote: all of {own.ref} runs again")
    if not force and not gone and not _stale(own, plan):
        space.say(f"      {own.ref} is up to date")
        return {}
    bring_inputs(space.root, part, own, space.say)
    alone = Graph((replace(own, upstream=()),))
    options = RunOptions(force=force or bool(gone), pull=True, lock=space.lock)
    return run_restored(space.root, alone, make, [own.ref], options, space.say).times


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


def _require_current(space: Workspace, part: Graph, own: Pipeline) -> None:
    stale = _stale(own, plan_part(space.root, space.project, part))
    if stale:
        message = f"{own.ref} is still stale after it ran: {stale[0]}"
        raise problem("MLS0567", message, help="a stage may write its own outputs alone: look what writes into its inputs")
