"""Runs pipelines in order, and reports each stage as it happens: in forks of a warm process, or by one `dvc repro` a folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from mlspec.compiler.project.graph import Pipeline
from mlspec.diagnostics import Problems
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.refusals import require_current_files, unreadable_locks
from mlspec.pipelines.run.dvc_process import repro
from mlspec.pipelines.run.failures import Failures
from mlspec.pipelines.run.heal import heal
from mlspec.pipelines.run.inputs import bring_changed, require_inputs
from mlspec.pipelines.run.options import RunOptions, RunResult, Say
from mlspec.pipelines.run.overlooked import overlooked, show
from mlspec.pipelines.run.reporter import Reporter
from mlspec.pipelines.run.restore import restore
from mlspec.pipelines.run.selection import needs_run, select, stale_refs
from mlspec.pipelines.workspace import Workspace


def run(workspace: Workspace, plan: Plan, refs: Sequence[str], options: RunOptions, say: Say) -> RunResult:
    """Bring the named objects (all when none) up to date. Raises `Problems` when files are out of date or a stage fails.

    With `keep_going` it raises at the end, with everything that failed and everything that was left out for that.
    """
    chosen = choose(workspace, plan, refs)
    if options.executor == "warm":
        from mlspec.pipelines.run.warm.run import run_warm

        return run_warm(workspace, plan, chosen, options, say)
    return _run_by_dvc(workspace, plan, chosen, options, say)


def _run_by_dvc(workspace: Workspace, plan: Plan, chosen: Sequence[Pipeline], options: RunOptions, say: Say) -> RunResult:
    began, times, skipped, touched = time.monotonic(), dict[str, float](), list[str](), set[str]()
    failures, stale = Failures(options.keep_going), stale_refs(plan)
    for position, pipeline in enumerate(chosen, 1):
        if failures.reach(pipeline):
            continue
        if not options.force and touched.isdisjoint(pipeline.upstream) and not needs_run(workspace.root, pipeline, stale):
            skipped.append(pipeline.ref)
            continue
        say(f"[{position}/{len(chosen)}] {pipeline.ref}")
        reporter = failures.guard(partial(_planned, workspace, plan, pipeline, options, say), pipeline, say)
        if reporter and (unseen := overlooked(pipeline, plan.stages, {*reporter.ran, *reporter.restored})):
            say(f"      {', '.join(unseen)}: changed, though size and time are as they were: read again")
            show(workspace.root, unseen)
            reporter = failures.guard(partial(by_dvc, workspace, pipeline, options, say), pipeline, say)
        if reporter is None:
            continue
        times |= {f"{pipeline.ref}:{stage}": seconds for stage, seconds in reporter.ran.items()}
        if reporter.ran or reporter.restored:
            touched.add(pipeline.ref)
    failures.close()
    return RunResult(tuple(times), tuple(skipped), time.monotonic() - began, times)


def _planned(workspace: Workspace, plan: Plan, pipeline: Pipeline, options: RunOptions, say: Say) -> Reporter:
    if options.pull:
        bring_changed(workspace.root, pipeline, plan.stages, say)
    return by_dvc(workspace, pipeline, options, say)


def run_restored(workspace: Workspace, plan: Callable[[], Plan], refs: Sequence[str], options: RunOptions, say: Say) -> RunResult:
    """Put back what DVC's cache has of the named objects, then run what is stale even so. `plan`: makes the plan of what is now."""
    return run(workspace, restored_plan(workspace, plan, refs, options, say), refs, options, say)


def restored_plan(workspace: Workspace, plan: Callable[[], Plan], refs: Sequence[str], options: RunOptions, say: Say) -> Plan:
    """The plan of what is now, once what a killed run left is mended, and what DVC's cache has is put back."""
    heal(workspace, [p.folder for p in select(workspace.graph, refs)], say)
    found = plan()
    if not options.force and restore(workspace, found, refs, say):
        found = plan()
    return found


def choose(workspace: Workspace, plan: Plan, refs: Sequence[str]) -> list[Pipeline]:
    """The pipelines to bring up to date, in order. Raises `Problems` when files are out of date, or a lock can't be read."""
    require_current_files(plan)
    chosen = select(workspace.graph, refs)
    if found := list(unreadable_locks(plan, chosen)):
        raise Problems(found)
    return chosen


def run_pipeline(workspace: Workspace, pipeline: Pipeline, options: RunOptions, say: Say, stages: Sequence[str] = ()) -> Reporter:
    """Run the pipeline's stages, or those named, whatever the plan says. Raises StageFailed, MLS0504, MLS0517 and MLS0604."""
    if options.executor == "warm":
        from mlspec.pipelines.run.warm.run import run_one

        return run_one(workspace, pipeline, options, say, stages)
    return by_dvc(workspace, pipeline, options, say, stages)


def by_dvc(workspace: Workspace, pipeline: Pipeline, options: RunOptions, say: Say, stages: Sequence[str] = ()) -> Reporter:
    """The same by `dvc repro`, as a process of its own."""
    require_inputs(workspace, pipeline)
    return run_stages(workspace.root, pipeline, options, say, stages)


def run_stages(root: Path, pipeline: Pipeline, options: RunOptions, say: Say, stages: Sequence[str] = ()) -> Reporter:
    """The same, where somebody looked at the inputs before: a worker of a cluster has no project, and no specs. Raises StageFailed."""
    reporter = Reporter(pipeline, say)
    flags = [*(["--force"] if options.force else []), *(["--pull", "--allow-missing"] if options.pull else [])]
    folder, names = root / pipeline.folder, stages or [s.name for s in pipeline.stages]
    code = repro(folder, names, flags, reporter.on_event, options.lock, options.python)
    if code != 0:
        raise reporter.failure(code)
    return reporter
