"""One object of a shard: bring what it reads, run what is stale, push what DVC keeps, hand over what Git keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.diagnostics import problem
from mlspec.pipelines.engines.time_limit import TimeIsOverError, time_limit
from mlspec.pipelines.one_object import bring_inputs, gone, kept_by_dvc, stale_stages, time_limit_of
from mlspec.pipelines.plan.part import closure
from mlspec.pipelines.results import put_results, results_of
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
    limit = time_limit_of(training.workspace.project, ref)
    try:
        with time_limit(limit):
            times = _run(training, part, own, force=force)
            dvc_store.push(training.root, kept_by_dvc(training.root, own).values())
    except TimeIsOverError:
        help_text = f"give it more time: `resources.timeout` of {ref}"
        raise problem("MLS0568", f"{ref} took longer than {limit:g} s, and was ended", help=help_text) from None
    _require_current(training, part, own)
    put_results(training.results, results_of(training.root, training.graph, ref))
    return {name.partition(":")[2]: seconds for name, seconds in times.items()}


def _run(training: Training, part: Graph, own: Pipeline, *, force: bool) -> Mapping[str, float]:
    """Only `own` is run. Its upstream is left out of what DVC is asked, so that no job runs what another one has to."""
    make = partial(training.workspace.plan_of, part)
    plan = make()
    lost = () if force else gone(training.root, own, plan)
    for path in lost:
        training.say(f"      {path} is neither in DVC's cache nor in its remote: all of {own.ref} runs again")
    if not force and not lost and not stale_stages(own, plan):
        training.say(f"      {own.ref} is up to date")
        return {}
    bring_inputs(training.root, part, own, training.say)
    alone = replace(training.workspace, graph=Graph((replace(own, upstream=()),)))
    options = RunOptions(force=force or bool(lost), pull=True, lock=training.lock)
    return run_restored(alone, make, [own.ref], options, training.say).times


def _require_current(training: Training, part: Graph, own: Pipeline) -> None:
    stale = stale_stages(own, training.workspace.plan_of(part))
    if stale:
        message = f"{own.ref} is still stale after it ran: {stale[0]}"
        raise problem("MLS0567", message, help="a stage may write its own outputs alone: look what writes into its inputs")
