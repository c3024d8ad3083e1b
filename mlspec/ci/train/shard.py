"""Trains one shard of the plan. What an object's failure is to the others: nothing, unless they stand below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mlspec.ci.plan_file import CiPlan, Shard
from mlspec.ci.shard_report import ObjectReport, ShardReport, StageTime, report_path, write_report
from mlspec.ci.train.one_object import Training, train_object
from mlspec.ci.train.previous import Previous, read_previous
from mlspec.ci.train.stage_message import StageMessage
from mlspec.diagnostics import Diagnostic, Problems, did_you_mean, extras, problem
from mlspec.pipelines.plan.part import closure
from mlspec.pipelines.plan.staleness import stage_states
from mlspec.pipelines.results import put_results, result_paths
from mlspec.pipelines.workspace import Workspace

Show = Callable[[Iterable[Diagnostic]], object]


@dataclass(frozen=True, slots=True)
class Job:
    """A train job: the plan, its shard, and the folder of earlier layers' results, if any."""

    plan: CiPlan
    shard: Shard
    previous: Path | None = None


def find_shard(plan: CiPlan, name: str) -> Shard:
    """The shard of that name. Raises MLS0565."""
    known = {shard.name: shard for shard in plan.shards()}
    if name not in known:
        raise problem("MLS0565", f"the plan has no shard `{name[:100]}`", help=did_you_mean(name, known) if known else "it trains nothing")
    return known[name]


def train_shard(training: Training, job: Job, show: Show) -> ShardReport:
    """Train each object of the shard in turn; return the report, which is written anew after each, so that a killed job leaves one.

    `show` is handed the problems of an object as they come. Raises `Problems` where nothing can begin: the plan is of another commit
    (MLS0566), what earlier jobs left can't be used, or the libraries that stages need are not installed (MLS0008).
    """
    extras.require()
    _require_commit(training.workspace, job.plan)
    previous = read_previous(job.previous, training.graph, job.plan) if job.previous else Previous()
    _put_upstream(training, job, previous)
    _clear(training, job.shard)
    done: list[ObjectReport] = []
    _write(training, job, done)
    for ref in _in_order(training, job.shard):
        try:
            done.append(_one(training, job, previous, ref, show))
        except BaseException as error:
            why = "interrupted" if isinstance(error, SystemExit | KeyboardInterrupt) else f"mlspec broke: {type(error).__name__}"
            _write(training, job, [*done, ObjectReport(object=ref, status="failed", why=why)])
            raise
        _write(training, job, done)
    return _report(job, done)


def _require_commit(workspace: Workspace, plan: CiPlan) -> None:
    here = workspace.repository.require_commits()
    if here != plan.commit:
        message = f"the plan is of the commit {plan.commit[:12]}, and {here[:12]} is checked out"
        raise problem("MLS0566", message, help="check out the plan's commit, or run `mlspec ci plan` again")


def _put_upstream(training: Training, job: Job, previous: Previous) -> None:
    """Put what earlier layers made of what stands above this shard into the tree, and nothing else."""
    above = {p.ref for p in closure(training.graph, job.shard.objects).pipelines} - set(job.shard.objects)
    taken = [ref for ref in sorted(above) if previous.is_ok(ref)]
    paths = result_paths(training.graph, taken)
    for path in put_results(training.root, {path: content for path, content in previous.files.items() if path in paths}):
        training.say(f"{path}: from an earlier job")


def _clear(training: Training, shard: Shard) -> None:
    """Remove what an earlier try of this shard left: results of a run that failed since must not stand beside its report."""
    for path in (report_path(training.results, shard.name), *(training.results / p for p in result_paths(training.graph, shard.objects))):
        path.unlink(missing_ok=True)


def _in_order(training: Training, shard: Shard) -> list[str]:
    return [p.ref for p in training.graph.pipelines if p.ref in shard.objects]


def _one(training: Training, job: Job, previous: Previous, ref: str, show: Show) -> ObjectReport:
    training.say(f"{ref}:")
    blocked = _blocked(training, previous, ref)
    if blocked:
        training.say(f"      skipped: {blocked}")
        return ObjectReport(object=ref, status="skipped", why=blocked)
    message = StageMessage(training.say)
    try:
        times = train_object(training.listening(message), ref, force=ref in job.plan.forced)
    except Problems as problems:
        show(problems.diagnostics)
        return ObjectReport(object=ref, status="failed", why=message.text or _first_line(problems))
    return ObjectReport(object=ref, status="ok", stages=tuple(StageTime(name=n, seconds=round(s, 3)) for n, s in times.items()))


def _blocked(training: Training, previous: Previous, ref: str) -> str:
    """Why an object can't run: something above it is not up to date; "" when all is."""
    for state in stage_states(training.root, closure(training.graph, [ref])):
        if state.ref != ref and state.status != "current":
            return previous.why(state.ref) or f"{state.ref} is not up to date ({state.stage}: {', '.join(state.reasons)})"[:500]
    return ""


def _first_line(problems: Problems) -> str:
    first = problems.diagnostics[0]
    return f"{first.code}: {first.message.splitlines()[0]}"[:500] if first.message else first.code


def _write(training: Training, job: Job, done: Iterable[ObjectReport]) -> None:
    write_report(training.results, _report(job, done))


def _report(job: Job, done: Iterable[ObjectReport]) -> ShardReport:
    return ShardReport(shard=job.shard.name, commit=job.plan.commit, objects=tuple(done))
