"""Holds what the jobs brought against the plan, the locks and the DVC remote."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.ci.plan_file import CiPlan
from mlspec.ci.report import Stage, Trained, Trouble
from mlspec.ci.results import read_results
from mlspec.ci.shard_report import ObjectReport, shard_reports
from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.compiler.project.paths import relative
from mlspec.diagnostics import Problems
from mlspec.diagnostics.words import some
from mlspec.pipelines.content import file_md5
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.plan.staleness import stage_states
from mlspec.pipelines.results import result_paths

MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Brought:
    """What came back: each planned object's outcome, and the files of those that are ok ({path: bytes})."""

    objects: tuple[Trained, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()

    @property
    def ok(self) -> frozenset[str]:
        return frozenset(o.object for o in self.objects if o.outcome == "ok")

    @property
    def failed(self) -> frozenset[str]:
        return frozenset(o.object for o in self.objects) - self.ok


def read_brought(plan: CiPlan, graph: Graph, results: Path) -> Brought:
    """Read the folder of results. What is not as it should be becomes trouble, and then nothing of the folder counts."""
    planned = tuple(plan.objects())
    try:
        files, told = read_results(results, graph, planned), _told(plan, results)
    except Problems as found:
        troubles = tuple(Trouble(code=d.code, message=d.message, help=d.help or "") for d in found.diagnostics)
        return Brought(tuple(_trained(plan, ref, None) for ref in planned), {}, troubles)
    objects = tuple(_trained(plan, ref, told.get(ref)) for ref in planned)
    kept = result_paths(graph, [o.object for o in objects if o.outcome == "ok"])
    return Brought(objects, {path: content for path, content in files.items() if path in kept})


def _told(plan: CiPlan, results: Path) -> dict[str, ObjectReport]:
    """What each object's own shard says of it. A report of another commit, or about an object of another shard, says nothing."""
    reports = {report.shard: report for report in shard_reports(results) if report.commit == plan.commit}
    own = {shard.name: set(shard.objects) for shard in plan.shards()}
    return {found.object: found for name, report in reports.items() for found in report.objects if found.object in own.get(name, ())}


def _trained(plan: CiPlan, ref: str, told: ObjectReport | None) -> Trained:
    reasons = tuple(f"{s.stage}: {why}"[:1_000] for s in plan.stages if s.object == ref for why in s.reasons)[:MOST_REASONS]
    before = plan.seconds.get(ref)
    if told is None:
        return Trained(object=ref, outcome="missing", reasons=reasons, before=before, why="its job brought nothing: re-run the failed jobs")
    stages = tuple(Stage(name=s.name, seconds=s.seconds) for s in told.stages)
    return Trained(object=ref, outcome=told.status, stages=stages, reasons=reasons, before=before, why=told.why)


def stale_objects(root: Path, graph: Graph) -> dict[str, str]:
    """{object: why} of each object that has a stage to run, by the locks: what data stands in the workspace plays no part."""
    found: dict[str, str] = {}
    for state in stage_states(root, graph, with_data=False):
        if state.status != "current":
            found.setdefault(state.ref, f"{state.stage}: {state.reasons[0] if state.reasons else state.status}")
    return found


def check_current(plan: CiPlan, stale: Mapping[str, str], failed: Collection[str]) -> Iterator[Trouble]:
    """Trouble for what is stale with all results in the tree. What failed is told already; retraining leaves alone what is not due."""
    planned = set(plan.objects())
    left = {ref: why for ref, why in stale.items() if ref not in failed and (plan.mode != "retrain" or ref in planned)}
    if plan.mode == "fork":
        return
    for ref, why in left.items():
        yield Trouble(
            code="MLS0581", object=ref, message=f"its lock is not current: {why}"[:10_000], help="`mlspec plan` names every reason"
        )


def check_fork(plan: CiPlan, stale: Collection[str], changed: Collection[str]) -> Iterator[Trouble]:
    """Trouble for a fork that leaves objects stale, or changes what nobody can judge without the storage: locks, specs, KPIs."""
    if plan.mode != "fork":
        return
    unjudged = sorted(set(changed) - set(stale))
    if stale:
        yield _of_fork(f"a fork's pull request trains nothing, and {len(stale)} objects are stale", list(stale))
    if unjudged:
        yield _of_fork("a fork's pull request can't be judged, and it changes what was trained or how it is judged", unjudged)


def _of_fork(what: str, refs: Sequence[str]) -> Trouble:
    return Trouble(code="MLS0585", message=f"{what}: {some(refs, 10)}", help="a maintainer takes it over: docs/guides/ci.md#forks")


def check_outputs(root: Path, pipelines: Iterable[Pipeline]) -> Iterator[Trouble]:
    """Trouble for each output that Git keeps and whose bytes are not those of its lock."""
    for pipeline in pipelines:
        locks = read_locks(root, pipeline.folder)
        for stage in pipeline.stages:
            recorded = locks[stage.name].outs if stage.name in locks else {}
            for out in (o for o in stage.outs if not o.cache):
                why = _differs(root / out.path, recorded.get(relative(out.path, pipeline.folder)))
                if why:
                    yield Trouble(code="MLS0582", object=pipeline.ref, message=f"{out.path} {why}", help="run its job again")


def _differs(path: Path, recorded: str | None) -> str:
    if recorded is None:
        return "is not in dvc.lock"
    if path.is_symlink() or not path.is_file():
        return "did not come back"
    return "" if file_md5(path) == recorded else "has other bytes than dvc.lock names"


def check_storage(root: Path, pipelines: Iterable[Pipeline]) -> Iterator[Trouble]:
    """Trouble for each object with an output that the DVC remote lacks. The remote is asked once for all. Raises MLS0970, MLS0973."""
    from mlspec.adapters.dvc.store import remote_has

    wanted = {p.ref: _cached(root, p) for p in pipelines}
    there = remote_has(root, sorted({md5 for outs in wanted.values() for md5 in outs.values()}))
    for ref, outs in wanted.items():
        lacking = [path for path, md5 in outs.items() if not there[md5]]
        if lacking:
            message = f"the DVC remote lacks {some(lacking, 10)}"
            yield Trouble(code="MLS0583", object=ref, message=message, help="run its job again, or `dvc push` where it was made")


def _cached(root: Path, pipeline: Pipeline) -> dict[str, str]:
    """{path: md5} of the outputs that DVC keeps, by the lock."""
    locks = read_locks(root, pipeline.folder)
    outs = ((stage.name, out) for stage in pipeline.stages for out in stage.outs if out.cache)
    named = {out.path: locks[name].outs.get(relative(out.path, pipeline.folder), "") for name, out in outs if name in locks}
    return {path: md5 for path, md5 in named.items() if md5}
