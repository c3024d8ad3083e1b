"""Runs pipelines in order, one `dvc repro` a folder, and reports each stage as it happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.layout import is_made
from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.diagnostics.suggest import nearest
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.refusals import require_current_files, unreadable_locks
from mlspec.pipelines.run.dvc_process import Event, repro
from mlspec.pipelines.run.heal import heal
from mlspec.pipelines.run.killed import killed, killed_by
from mlspec.pipelines.run.overlooked import overlooked, show
from mlspec.pipelines.run.restore import restore
from mlspec.pipelines.run.selection import needs_run, select
from mlspec.pipelines.run.where import place_of
from mlspec.pipelines.tracked import absent
from mlspec.pipelines.workspace import Workspace
from mlspec.runtime.context import inside

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`force`: run also what is current. `pull`: fetch missing inputs from the remote instead of recomputing.

    `lock`: the handle of the lock on runs, which DVC's group keeps until it has ended. `keep_going`: what fails stops only what needs it.
    """

    force: bool = False
    pull: bool = False
    lock: int | None = None
    keep_going: bool = False


@dataclass(frozen=True, slots=True)
class RunResult:
    """What happened: stages run (`model/demand:train`), pipelines skipped, seconds taken, and those of each stage."""

    ran: tuple[str, ...]
    skipped: tuple[str, ...]
    seconds: float
    times: Mapping[str, float] = field(default_factory=dict)


class StageFailed(Problems):
    """A stage failed. `output`: what DVC and the stage wrote meanwhile, by line."""

    def __init__(self, diagnostics: Iterable[Diagnostic], output: Sequence[str]) -> None:
        super().__init__(diagnostics)
        self.output = tuple(output)

    def __reduce__(self) -> tuple[type[Problems], tuple[object, ...]]:
        return type(self), (self.diagnostics, self.output)


def run(workspace: Workspace, plan: Plan, refs: Sequence[str], options: RunOptions, say: Say) -> RunResult:
    """Bring the named objects (all when none) up to date. Raises `Problems` when files are out of date or a stage fails.

    With `keep_going` it raises at the end, with everything that failed and everything that was left out for that.
    """
    require_current_files(plan)
    began, times, skipped, touched = time.monotonic(), dict[str, float](), list[str](), set[str]()
    chosen = select(workspace.graph, refs)
    _require_readable_locks(chosen, plan)
    failures = Failures(options.keep_going)
    for position, pipeline in enumerate(chosen, 1):
        if failures.reach(pipeline):
            continue
        if not options.force and touched.isdisjoint(pipeline.upstream) and not needs_run(workspace.root, pipeline, plan.stages):
            skipped.append(pipeline.ref)
            continue
        say(f"[{position}/{len(chosen)}] {pipeline.ref}")
        reporter = failures.guard(partial(run_pipeline, workspace, pipeline, options, say), pipeline, say)
        if reporter and (unseen := overlooked(pipeline, plan.stages, {*reporter.ran, *reporter.restored})):
            say(f"      {', '.join(unseen)}: changed, though size and time are as they were: read again")
            show(workspace.root, unseen)
            reporter = failures.guard(partial(run_pipeline, workspace, pipeline, options, say), pipeline, say)
        if reporter is None:
            continue
        times |= {f"{pipeline.ref}:{stage}": seconds for stage, seconds in reporter.ran.items()}
        if reporter.ran or reporter.restored:
            touched.add(pipeline.ref)
    failures.close()
    return RunResult(tuple(times), tuple(skipped), time.monotonic() - began, times)


@dataclass(slots=True)
class Failures:
    """What failed so far, and what was left out since it needs that. Without `keep_going` the first failure ends the run."""

    keep_going: bool
    failed: set[str] = field(default_factory=set)
    found: list[Diagnostic] = field(default_factory=list)

    def reach(self, pipeline: Pipeline) -> bool:
        """Whether something that the pipeline reads has failed; it is noted then as left out."""
        missing = sorted(self.failed.intersection(pipeline.upstream))
        if missing:
            self.failed.add(pipeline.ref)
            message = f"{pipeline.ref} was left out: it needs {', '.join(missing)}"
            self.found.append(Diagnostic("MLS0505", message, None, "mend what failed, and run again"))
        return bool(missing)

    def guard(self, run_one: Callable[[], Reporter], pipeline: Pipeline, say: Say) -> Reporter | None:
        """Run one pipeline; None where it failed and the run goes on."""
        try:
            return run_one()
        except Problems as failure:
            if not self.keep_going:
                raise
            self.failed.add(pipeline.ref)
            self.found += failure.diagnostics
            say(f"      {pipeline.ref} failed; going on with what does not need it")
            return None

    def close(self) -> None:
        """Raises `Problems` where anything failed."""
        if self.found:
            raise Problems(self.found)


def run_restored(workspace: Workspace, plan: Callable[[], Plan], refs: Sequence[str], options: RunOptions, say: Say) -> RunResult:
    """Put back what DVC's cache has of the named objects, then run what is stale even so. `plan`: makes the plan of what is now."""
    heal(workspace, [p.folder for p in select(workspace.graph, refs)], say)
    found = plan()
    if not options.force and restore(workspace, found, refs, say):
        found = plan()
    return run(workspace, found, refs, options, say)


def _require_readable_locks(chosen: Sequence[Pipeline], plan: Plan) -> None:
    if found := list(unreadable_locks(plan, chosen)):
        raise Problems(found)


def run_pipeline(workspace: Workspace, pipeline: Pipeline, options: RunOptions, say: Say, stages: Sequence[str] = ()) -> Reporter:
    """Run the pipeline's stages, or those named, whatever the plan says. Raises StageFailed, MLS0504 and MLS0604."""
    _require_inputs(workspace, pipeline)
    reporter = Reporter(pipeline, say)
    flags = [*(["--force"] if options.force else []), *(["--pull", "--allow-missing"] if options.pull else [])]
    folder, names = workspace.root / pipeline.folder, stages or [s.name for s in pipeline.stages]
    code = repro(folder, names, flags, reporter.on_event, options.lock)
    if code != 0:
        raise StageFailed(_failure(pipeline, reporter, code), reporter.output)
    return reporter


def _require_inputs(workspace: Workspace, pipeline: Pipeline) -> None:
    """Raises MLS0504 for an input that is not there, MLS0604 for one that leads out of the repository by a link."""
    root = workspace.root
    for stage in pipeline.stages:
        for dep in stage.deps:
            inside(root, root / dep)
            if not is_made(dep) and not (root / dep).exists() and not any(absent(root, dep)):
                message = f"{pipeline.ref}: `{dep}`, which the stage {stage.name} reads, is not there"
                raise problem("MLS0504", message, span=place_of(workspace.project, pipeline.ref, dep), help=_beside(root, dep))


def _beside(root: Path, path: str) -> str:
    """A file of nearly that name in the same folder, where there is one."""
    folder, name = (root / path).parent, Path(path).name
    near = nearest(name, [entry.name for entry in folder.iterdir()]) if folder.is_dir() else None
    meant = f"did you mean `{Path(path).with_name(near).as_posix()}`? Else " if near else ""
    return f"{meant}put the file there, or correct the path in the spec"


@dataclass(slots=True)
class Reporter:
    """Says each event, and keeps the output of the stage at hand in case it fails."""

    pipeline: Pipeline
    say: Say
    ran: dict[str, float]
    restored: list[str]
    output: list[str]
    current: str

    def __init__(self, pipeline: Pipeline, say: Say) -> None:
        self.pipeline, self.say, self.ran, self.restored, self.output, self.current = pipeline, say, {}, [], [], ""

    def on_event(self, event: Event) -> None:
        if event.kind == "start":
            self.current, self.output = event.stage, []
            self.say(f"      {event.stage:<9} running …")
        elif event.kind == "done":
            self.ran[event.stage] = event.seconds
            self.say(f"      {event.stage:<9} {event.seconds:.1f} s")
        elif event.kind == "skip":
            self.say(f"      {event.stage:<9} up to date")
        elif event.kind == "checkout":
            self.restored.append(event.stage)
            self.say(f"      {event.stage:<9} taken from the cache")
        else:
            self.output.append(event.text)
            if not event.text.startswith("ERROR"):
                self.say(f"      | {event.text}")


def _failure(pipeline: Pipeline, reporter: Reporter, code: int) -> list[Diagnostic]:
    stage = reporter.current or pipeline.stages[0].name
    number = killed_by(reporter.output, code)
    if number is not None:
        return [killed(f"{pipeline.ref}: the stage {stage}", number)]
    told = any("error[MLS" in line for line in reporter.output)
    last = next((line for line in reversed(reporter.output) if line.startswith("ERROR")), "")
    detail = "" if told else f": {last.removeprefix('ERROR: ')}" if last else ""
    help_text = "the stage's own message stands above; later stages did not run" if told else f"try `dvc repro` in {pipeline.folder}"
    return [Diagnostic("MLS0505", f"{pipeline.ref}: the stage {stage} failed{detail}", None, help_text)]
