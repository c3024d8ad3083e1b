"""Which pipeline next, and what when a stage ends. One thread: it plans, asks DVC and records, while stages run in other processes."""

from __future__ import annotations

import contextlib
import heapq
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlspec.adapters.cloud import workload_identity
from mlspec.compiler.project.graph import Pipeline
from mlspec.diagnostics import Problems, extras, problem
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.run.dvc_process import Event
from mlspec.pipelines.run.failures import Failures, going_on
from mlspec.pipelines.run.inputs import bring_changed, require_inputs
from mlspec.pipelines.run.options import RunOptions, RunResult, Say, Standing
from mlspec.pipelines.run.overlooked import overlooked, show
from mlspec.pipelines.run.reporter import Reporter
from mlspec.pipelines.run.selection import needs_run, stale_refs
from mlspec.pipelines.run.warm.lanes import Key, Lanes
from mlspec.pipelines.run.warm.room import Room, width_of
from mlspec.pipelines.run.warm.walk import Walk, warm_enough
from mlspec.pipelines.workspace import Workspace
from mlspec.runtime.process import processors
from mlspec.runtime.warm import Ended

if TYPE_CHECKING:
    from mlspec.adapters.dvc.stages import Stages

LATEST = 5.0
"""Seconds after which a stage that ended stands in dvc.lock, at the latest; as much is done again after a kill."""
SHARED = frozenset({"split"})
"""Stages that are done once for all objects where they are equal. They run no code of the user's, so that equal means equal."""


def run_warm(workspace: Workspace, plan: Plan, chosen: Sequence[Pipeline], options: RunOptions, say: Say) -> RunResult:
    """Bring pipelines, given in order, up to date. Raises what `run.run` raises."""
    began = time.monotonic()
    with contextlib.closing(_Run(workspace, plan, chosen, options, say)) as work:
        work.all()
    work.failures.close()
    times = {name: seconds for pipeline in chosen for name, seconds in work.times.get(pipeline.ref, {}).items()}
    return RunResult(tuple(times), tuple(work.skipped), time.monotonic() - began, times)


def run_one(workspace: Workspace, pipeline: Pipeline, options: RunOptions, say: Say, stages: Sequence[str] = ()) -> Reporter:
    """Run a pipeline's stages, or those named, whatever the plan says. Raises what `run.run_pipeline` raises."""
    with contextlib.closing(_Run(workspace, None, [pipeline], options, say)) as work:
        return work.one(pipeline, stages)


@dataclass(slots=True)
class _Run:
    workspace: Workspace
    plan: Plan | None
    chosen: Sequence[Pipeline]
    options: RunOptions
    say: Say
    times: dict[str, dict[str, float]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    reporters: dict[str, Reporter] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    running: dict[Key, Walk] = field(default_factory=dict)
    going_on: deque[Walk] = field(default_factory=deque)
    ready: list[int] = field(default_factory=list)
    blocked: dict[str, int] = field(default_factory=dict)
    needed_by: dict[str, list[int]] = field(default_factory=dict)
    made: dict[str, Walk] = field(default_factory=dict)
    """Equal stages, by what they are made of: who makes it, or made it."""
    finished: dict[str, object] = field(default_factory=dict)
    parked: dict[str, list[Walk]] = field(default_factory=dict)
    stopped: Problems | None = None
    failures: Failures = field(init=False)
    lanes: Lanes = field(init=False)
    room: Room = field(init=False)
    stale: set[str] = field(init=False)
    _dvc: Stages | None = None
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _done: int = 0
    _total: int = 0
    _ran: int = 0
    _spent: float = 0.0

    def __post_init__(self) -> None:
        self.failures = Failures(self.options.keep_going)
        self.lanes = Lanes(self.options.lock)
        self.room = Room(self.options.jobs or processors())
        self.stale = set() if self.plan is None else stale_refs(self.plan)
        refs = {p.ref for p in self.chosen}
        states = () if self.plan is None else self.plan.stages
        self._total = sum(1 for s in states if s.ref in refs and (s.status != "current" or self.options.force))
        position = {p.ref: i for i, p in enumerate(self.chosen)}
        for i, pipeline in enumerate(self.chosen):
            before = [ref for ref in pipeline.upstream if ref in position]
            self.blocked[pipeline.ref] = len(before)
            for ref in before:
                self.needed_by.setdefault(ref, []).append(i)
            if not before:
                heapq.heappush(self.ready, i)

    def all(self) -> None:
        """Run until nothing is left, or nothing may begin any more. Raises the first failure, where others must not go on after it."""
        while True:
            self._begin_what_fits()
            if not self.running:
                break
            for key, ended in self.lanes.poll(self._patience()):
                self._ended(self.running.pop(key), ended)
            self._write(LATEST)
        if self.stopped is not None:
            raise self.stopped

    def _patience(self) -> float | None:
        """How long what DVC has recorded may wait to be written."""
        oldest = None if self._dvc is None else self._dvc.oldest
        return None if oldest is None else max(0.0, oldest + LATEST - time.monotonic())

    def _write(self, older_than: float) -> None:
        from mlspec.adapters.dvc.stages import DvcError

        try:
            self.dvc.write(older_than)
        except DvcError as error:
            raise problem("MLS0505", f"what was run can't be recorded: {error}", help="try `dvc repro` in its folder") from error

    def one(self, pipeline: Pipeline, stages: Sequence[str]) -> Reporter:
        """Run one pipeline, whatever its state is."""
        self.ready.clear()
        self._open_walk(pipeline, stages)
        self.all()
        self.failures.close()
        return self.reporters[pipeline.ref]

    def close(self) -> None:
        """End what runs, and take back what DVC was told of it."""
        self.lanes.close()
        self._open.close()

    @property
    def dvc(self) -> Stages:
        """DVC, opened when a stage first needs it; meanwhile the lanes import."""
        if self._dvc is None:
            from mlspec.adapters.dvc.stages import opened

            self._dvc = self._open.enter_context(opened(self.workspace.root))
            self._open.callback(self._dvc.close)
            if self.options.pull:
                self._dvc.pull_runs()
        return self._dvc

    def _begin_what_fits(self) -> None:
        while self.stopped is None and self._may_begin():
            if self.going_on:
                self._advance(self.going_on.popleft())
            elif self.ready:
                self._enter(heapq.heappop(self.ready))
            else:
                return
        self._show()

    def _may_begin(self) -> bool:
        others = [(walk.declared.name, width_of(walk.declared)) for walk in self.running.values()]
        stage = self.going_on[0].declared if self.going_on and self.going_on[0].stage is not None else None
        return self.room.fits(others, stage.name if stage else "", width_of(stage) if stage else 1)

    def _enter(self, position: int) -> None:
        """A pipeline whose upstream is settled: leave it out, skip it, or begin it."""
        pipeline, options = self.chosen[position], self.options
        if self.failures.reach(pipeline):
            self._settle(pipeline)
            return
        if not options.force and self.touched.isdisjoint(pipeline.upstream) and not needs_run(self.workspace.root, pipeline, self.stale):
            self.skipped.append(pipeline.ref)
            self._settle(pipeline)
            return
        self.say(f"[{position + 1}/{len(self.chosen)}] {pipeline.ref}")
        self._open_walk(pipeline, ())

    def _open_walk(self, pipeline: Pipeline, stages: Sequence[str]) -> None:
        who = pipeline.ref if len(self.chosen) > 1 and self.room.jobs > 1 else ""
        reporter = Reporter(pipeline, self.say, who)
        with self._failing(pipeline):
            extras.require()
            workload_identity.renew(needed=self.options.pull)
            require_inputs(self.workspace, pipeline)
            if self.options.pull and self.plan is not None:
                bring_changed(self.workspace.root, pipeline, self.plan.stages, self.say)
            walk = self._walk(pipeline, reporter, stages)
            if walk is None:
                self._by_dvc(pipeline, stages)
            else:
                self._advance(walk)

    def _walk(self, pipeline: Pipeline, reporter: Reporter, stages: Sequence[str]) -> Walk | None:
        """The way through a pipeline; None where it is not ours to go."""
        from mlspec.adapters.dvc.stages import DvcError

        self.lanes.warm_up()
        folder = self.workspace.root / pipeline.folder
        try:
            theirs = self.dvc.load(folder, stages or [s.name for s in pipeline.stages])
        except DvcError:
            return None  # DVC itself says what is wrong
        return Walk(pipeline, reporter, theirs) if all(warm_enough(stage, folder) for stage in theirs) else None

    def _by_dvc(self, pipeline: Pipeline, stages: Sequence[str]) -> None:
        from mlspec.pipelines.run.run import by_dvc  # it calls this module

        self._finished(pipeline, by_dvc(self.workspace, pipeline, self.options, self.say, stages))

    def _advance(self, walk: Walk) -> None:
        """Go on until a stage must run, or the end."""
        with self._failing(walk.pipeline):
            while walk.stage is not None:
                if self._starts(walk):
                    return
            self._at_the_end(walk)

    def _starts(self, walk: Walk) -> bool:
        """Begin the stage at hand; whether it runs now, or waits for an equal one. Else the walk is one further."""
        from mlspec.adapters.dvc.stages import DvcError, EditedError

        name = walk.declared.name
        try:
            outcome = self.dvc.begin(walk.stage, force=self.options.force, pull=self.options.pull)
            if outcome == "run" and name in SHARED and not self.options.force:
                walk.key = self.dvc.key(walk.stage)
                if self._waits(walk):
                    return True
                if walk.key in self.finished and self.dvc.take(walk.stage, self.finished[walk.key]):
                    outcome, walk.key = "restored", ""  # what comes next is another stage
        except EditedError as edited:
            raise walk.edited(edited.paths) from edited
        except DvcError as error:
            raise walk.refused(str(error)) from error
        if outcome == "run":
            self._submit(walk)
            return True
        walk.tell(Event("skip" if outcome == "current" else "checkout", name))
        if outcome == "restored":
            self._done += 1
        walk.at += 1
        return False

    def _waits(self, walk: Walk) -> bool:
        """Whether an equal stage runs just now: the walk goes on when that has ended."""
        if walk.key in self.made and walk.key not in self.finished:
            self.dvc.give_up(walk.stage)
            self.parked.setdefault(walk.key, []).append(walk)
            walk.key = ""
            return True
        return False

    def _submit(self, walk: Walk) -> None:
        root, name = self.workspace.root, walk.declared.name
        if walk.key:
            self.made[walk.key] = walk
        walk.tell(Event("start", name))
        task = walk.task(str(root), root / walk.pipeline.folder)
        self.running[self.lanes.submit(walk.lane, task, walk.heard)] = walk

    def _ended(self, walk: Walk, ended: Ended) -> None:
        name = walk.declared.name
        self.room.learn(name, ended.kilobytes)
        with self._failing(walk.pipeline):
            try:
                self._record(walk, ended)
            finally:
                self._release(walk)
            walk.tell(Event("done", name, ended.seconds))
            self._done, self._ran, self._spent = self._done + 1, self._ran + 1, self._spent + ended.seconds
            walk.at += 1
            if walk.stage is None:
                self._at_the_end(walk)
            else:
                self.going_on.append(walk)

    def _record(self, walk: Walk, ended: Ended) -> None:
        from mlspec.adapters.dvc.stages import DvcError, EditedError

        if ended.status != 0:
            self.dvc.give_up(walk.stage)
            raise walk.failed(ended)
        try:
            self.dvc.finish(walk.stage)
        except EditedError as edited:
            raise walk.edited(edited.paths) from edited
        except DvcError as error:
            raise walk.refused(str(error)) from error
        if walk.key:
            self.finished[walk.key] = walk.stage

    def _release(self, walk: Walk) -> None:
        """Those that wait for an equal stage go on: they take what it made, or make it themselves."""
        key, walk.key = walk.key, ""
        if key:
            if key not in self.finished:
                self.made.pop(key, None)
            self.going_on.extend(self.parked.pop(key, ()))

    def _at_the_end(self, walk: Walk) -> None:
        done = {*walk.reporter.ran, *walk.reporter.restored}
        unseen = overlooked(walk.pipeline, self.plan.stages, done) if self.plan and not walk.again else []
        if unseen:
            self.say(f"      {', '.join(unseen)}: changed, though size and time are as they were: read again")
            show(self.workspace.root, unseen)
            self._write_of(walk.pipeline)  # it is read again
            again = self._walk(walk.pipeline, walk.reporter, ())
            if again is not None:
                again.again = True
                self.going_on.append(again)
                return
        self._finished(walk.pipeline, walk.reporter)

    def _finished(self, pipeline: Pipeline, reporter: Reporter) -> None:
        if self._dvc is not None:
            self._write_of(pipeline)
        self.reporters[pipeline.ref] = reporter
        self.times[pipeline.ref] = {f"{pipeline.ref}:{stage}": seconds for stage, seconds in reporter.ran.items()}
        if reporter.ran or reporter.restored:
            self.touched.add(pipeline.ref)
        self._settle(pipeline)

    def _write_of(self, pipeline: Pipeline) -> None:
        """What comes after a pipeline finds its dvc.lock written."""
        from mlspec.adapters.dvc.stages import DvcError

        try:
            self.dvc.write_at(str(self.workspace.root / pipeline.folder / "dvc.yaml"))
        except DvcError as error:
            message = f"{pipeline.ref}: what was run can't be recorded: {error}"
            raise problem("MLS0505", message, help=f"try `dvc repro` in {pipeline.folder}") from error

    def _settle(self, pipeline: Pipeline) -> None:
        for position in self.needed_by.get(pipeline.ref, ()):
            ref = self.chosen[position].ref
            self.blocked[ref] -= 1
            if not self.blocked[ref]:
                heapq.heappush(self.ready, position)

    @contextlib.contextmanager
    def _failing(self, pipeline: Pipeline) -> Iterator[None]:
        """A failure in the block is the pipeline's: the run goes on without what needs it, or begins nothing more."""
        try:
            yield
        except Problems as failure:
            if self._dvc is not None:
                self._write(0.0)
            if self.options.keep_going:
                self.failures.note(pipeline, failure)
                self.say(going_on(pipeline))
                self._settle(pipeline)
                return
            if self.stopped is None:
                self.stopped = failure
                if self.running:
                    names = ", ".join(sorted(f"{w.pipeline.ref}:{w.declared.name}" for w in self.running.values()))
                    self.say(f"      {pipeline.ref} failed; waiting for what runs still: {names}")

    def _show(self) -> None:
        if self.options.on_standing is None or self.plan is None:
            return
        names = tuple(f"{w.pipeline.ref}:{w.declared.name}" for w in self.running.values())
        total = max(self._total, self._done + len(names))
        left = (total - self._done) * self._spent / self._ran / self.room.jobs if self._ran else None
        self.options.on_standing(Standing(total, self._done, names, len(self.failures.failed), left))
