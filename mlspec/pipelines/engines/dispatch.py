"""Goes through the graph: what is ready is sent to its cluster at once, or run here, and what comes back is written as by a run."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import Self

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.diagnostics import Problems, problem
from mlspec.language.kinds.engine import EngineKind
from mlspec.pipelines.engines.accept import read_answer, take
from mlspec.pipelines.engines.bundle import Bundle, Packer
from mlspec.pipelines.engines.clusters import MAX_LOST, Cluster, Connect, Outcome, connect, reach
from mlspec.pipelines.one_object import kept_by_dvc
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.part import closure
from mlspec.pipelines.run.failures import Failures, going_on
from mlspec.pipelines.run.options import RunOptions, RunResult
from mlspec.pipelines.run.run import choose, restored_plan, run_restored
from mlspec.pipelines.run.selection import needs_run, select, stale_refs
from mlspec.pipelines.workspace import Workspace

Say = Callable[[str], None]
Where = tuple[EngineKind, str]
MAX_SENT = 256
"""Tasks that are with clusters at once; each waits here with its bytes, to be sent again."""
_LOOK_SECONDS = 1.0
"""How long a wait is at most, so that Ctrl-C is heard."""


def on_clusters(workspace: Workspace, refs: Sequence[str]) -> bool:
    """Whether any of these objects (all when none), or what they need, runs on a cluster."""
    return any(_where(workspace, p) for p in select(workspace.graph, refs))


def _where(workspace: Workspace, pipeline: Pipeline) -> Where | None:
    engine = workspace.project.engine_of(pipeline.ref)
    return engine.cluster if engine else None


def run_dispatched(
    workspace: Workspace, plan: Callable[[], Plan], refs: Sequence[str], options: RunOptions, say: Say, connecting: Connect = connect
) -> RunResult:
    """Bring the named objects (all when none) up to date, each where its `engine` says. `plan`: makes the plan of what is now.

    The first failure ends the run once what was sent has come back; with `keep_going` it stops only what needs it. Raises what `run` does,
    and MLS0530 to MLS0537.
    """
    found = restored_plan(workspace, plan, refs, options, say)
    with _Run(workspace, found, choose(workspace, found, refs), options, say, connecting) as run:
        return run.go()


@dataclass(slots=True)
class _Sent:
    packed: Bundle
    cluster: Cluster
    lost: int = 0


@dataclass
class _Run:
    workspace: Workspace
    plan: Plan
    chosen: Sequence[Pipeline]
    options: RunOptions
    say: Say
    connecting: Connect
    waiting: list[Pipeline] = field(default_factory=list)
    sent: dict[str, _Sent] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    times: dict[str, float] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    clusters: dict[Where, Cluster] = field(default_factory=dict)
    events: queue.SimpleQueue[Callable[[], None]] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.failures, self.packer = Failures(self.options.keep_going), Packer(self.workspace, self.say)
        self.waiting, self.stale = list(self.chosen), stale_refs(self.plan)
        self.unsettled = {pipeline.ref for pipeline in self.chosen}
        self.places = {pipeline.ref: place for place, pipeline in enumerate(self.chosen, 1)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for cluster in self.clusters.values():
            cluster.close()

    @property
    def stopped(self) -> bool:
        """Whether nothing new begins: something failed, and the run does not keep going."""
        return bool(self.failures.found) and not self.options.keep_going

    def go(self) -> RunResult:
        """Run all of it; raises at the end what failed."""
        began = time.monotonic()
        while (self.waiting and not self.stopped) or self.sent:
            here = None if self.stopped else self._send_ready()
            if here is not None:
                self._guarded(here, partial(self._run_here, here))
                self.unsettled.discard(here.ref)
            elif self.sent:
                self._hear()
        self.failures.close()
        return RunResult(tuple(self.times), tuple(self.skipped), time.monotonic() - began, self.times)

    def _send_ready(self) -> Pipeline | None:
        """Send all that is ready; return the first that is to run here, once nothing is left to send."""
        here, later = None, list[Pipeline]()
        for pipeline in self.waiting:
            if self.stopped or len(self.sent) >= MAX_SENT or not self.unsettled.isdisjoint(pipeline.upstream):
                later.append(pipeline)
            elif self.failures.reach(pipeline) or self._is_current(pipeline):
                self.unsettled.discard(pipeline.ref)
            elif (where := _where(self.workspace, pipeline)) is not None:
                self._guarded(pipeline, partial(self._send, pipeline, where))
                if pipeline.ref not in self.sent:
                    self.unsettled.discard(pipeline.ref)
            elif here is None:
                here = pipeline
            else:
                later.append(pipeline)
        self.waiting = later
        return here

    def _is_current(self, pipeline: Pipeline) -> bool:
        if self.options.force or not self.touched.isdisjoint(pipeline.upstream):
            return False
        current = not needs_run(self.workspace.root, pipeline, self.stale)
        if current:
            self.skipped.append(pipeline.ref)
        return current

    def _guarded(self, pipeline: Pipeline, act: Callable[[], None]) -> None:
        """Do something for one object; what is wrong with it is kept for the end."""
        try:
            act()
        except Problems as failure:
            self.failures.note(pipeline, failure)
            if self.options.keep_going:
                self.say(going_on(pipeline))
            elif self.sent:
                self.say(f"      {pipeline.ref} failed; nothing new begins, and {len(self.sent)} that run are waited for")

    def _head(self, pipeline: Pipeline) -> str:
        return f"[{self.places[pipeline.ref]}/{len(self.chosen)}] {pipeline.ref}"

    def _run_here(self, pipeline: Pipeline) -> None:
        self.say(f"{self._head(pipeline)}: here")
        part = closure(self.workspace.graph, [pipeline.ref])
        alone = replace(self.workspace, graph=Graph((replace(pipeline, upstream=()),)))
        own = f"[1/1] {pipeline.ref}"  # how a run of one object begins: it was said

        def say(line: str) -> None:
            if line != own:
                self.say(line)

        result = run_restored(alone, partial(self.workspace.plan_of, part), [pipeline.ref], self.options, say)
        self._note(pipeline, {name.partition(":")[2]: seconds for name, seconds in result.times.items()})

    def _note(self, pipeline: Pipeline, times: dict[str, float]) -> None:
        self.times |= {f"{pipeline.ref}:{stage}": seconds for stage, seconds in times.items()}
        if times:
            self.touched.add(pipeline.ref)

    def _send(self, pipeline: Pipeline, where: Where) -> None:
        packed = self.packer.pack(pipeline, force=self.options.force)
        if packed is None:
            kept = kept_by_dvc(self.workspace.root, pipeline)
            absent = {path: md5 for path, md5 in kept.items() if not (self.workspace.root / path).exists()}
            dvc_store.fetch_all(self.workspace.root, absent, keep=True)
            self.skipped.append(pipeline.ref)
            return
        cluster = self._cluster(pipeline, where)
        self.say(f"{self._head(pipeline)}: sent to {where[0].capitalize()} ({len(packed.content) / 1000:,.0f} kB)")
        self.sent[pipeline.ref] = _Sent(packed, cluster)
        self._submit(pipeline)

    def _cluster(self, pipeline: Pipeline, where: Where) -> Cluster:
        if where not in self.clusters:
            self.clusters[where] = found = reach(self.workspace.project, pipeline.ref, *where, self.connecting)
            if found.size() == 0:
                self.say(f"the {where[0].capitalize()} cluster has no worker now: tasks wait for one")
        return self.clusters[where]

    def _submit(self, pipeline: Pipeline) -> None:
        sent = self.sent[pipeline.ref]

        def done(outcome: Outcome) -> None:
            self.events.put(partial(self._guarded, pipeline, partial(self._came_back, pipeline, outcome)))

        def again(number: int) -> None:
            self.events.put(partial(self._tell_lost, pipeline, number))

        sent.cluster.submit(sent.packed.content, sent.packed.digest, done, again)

    def _hear(self) -> None:
        """Wait for news, a moment at most."""
        try:
            act = self.events.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            return
        act()

    def _tell_lost(self, pipeline: Pipeline, number: int) -> None:
        self.say(f"      {pipeline.ref}: its worker was lost; it runs again ({number} of {MAX_LOST + 1})")

    def _came_back(self, pipeline: Pipeline, outcome: Outcome) -> None:
        sent = self.sent[pipeline.ref]
        if outcome.kind == "lost" and not outcome.final and sent.lost < MAX_LOST:
            sent.lost += 1
            self._tell_lost(pipeline, sent.lost + 1)
            self._submit(pipeline)
            return
        del self.sent[pipeline.ref]
        self.unsettled.discard(pipeline.ref)  # also where it failed: `failures` knows
        if outcome.kind == "lost":
            message = f"{pipeline.ref}: the workers that had it were lost, {MAX_LOST + 1} of them, one after the other"
            raise problem(
                "MLS0533", message, help="most often their memory is short: give workers more, or the model less; see the cluster's log"
            )
        if outcome.kind == "refused":
            help_text = "workers (and a Dask scheduler) need the same mlspec and libraries; see the cluster's log"
            raise problem("MLS0537", f"{pipeline.ref}: the cluster could not run it ({outcome.why})", help=help_text)
        self._accept(pipeline, sent.packed, outcome.content)

    def _accept(self, pipeline: Pipeline, bundle: Bundle, content: bytes) -> None:
        answer, files = read_answer(bundle, content)
        self.say(self._head(pipeline))
        for line in answer.lines:
            self.say(line)
        if answer.status != "ok":
            raise Problems([found.diagnostic for found in answer.findings])
        take(self.workspace.root, bundle, files)
        self._note(pipeline, dict(answer.times))
