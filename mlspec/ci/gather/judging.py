"""Judges the models that a change touches: every failure is a line of the report, never the end of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from mlspec.adapters.git.repository import Repository
from mlspec.ci.gather.chart_data import charts_of
from mlspec.ci.report import ByPart, Chart, Gate, JudgedModel, Metric, Number, Part, Trouble
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.gates.breakdown import Breakdown
from mlspec.gates.evidence import Asked, Judgement, judging
from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateResult, rounded
from mlspec.gates.workspace import asked_of
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.at_commit import compile_at
from mlspec.registry.records import Estimate

Found = JudgedModel | Trouble
T = TypeVar("T")


def changed_locks(workspace: Workspace, base: str | None) -> frozenset[str]:
    """The objects whose dvc.lock differs from the one at `base`; all that have one without a base."""
    locks = {p.ref: f"{p.folder}/dvc.lock" for p in workspace.graph.pipelines}
    old = workspace.repository.show_all(base, list(locks.values())) if base else {}
    now = {ref: file.read_bytes() for ref, path in locks.items() if (file := workspace.root / path).is_file()}
    return frozenset(ref for ref, content in now.items() if old.get(locks[ref]) != content)


def base_project(repository: Repository, base: str | None) -> Project | None:
    """The project at the commit that a change is compared with; None without one, and where it has no sound project."""
    try:
        return compile_at(repository, base).project if base else None
    except Problems:
        return None


def changed_models(project: Project, old: Project | None, locks: frozenset[str]) -> list[str]:
    """The models whose lock, specs or KPIs differ from those of the base, or the lock of a Step that their KPIs name, sorted; all of them
    where it has no sound project.
    """
    names = sorted(project.models)
    if old is None:
        return names
    judged = {n: {f"model/{n}", *(f"step/{step}" for step in project.kpi_steps(n))} for n in names}
    return [n for n in names if judged[n] & locks or n not in old.models or old.spec_digest(n) != project.spec_digest(n)]


def judge_models(workspace: Workspace, names: Sequence[str]) -> list[Found]:
    """Judge each model that has KPIs, side by side; what is found of them is in the order given."""
    wanted = [name for name in names if workspace.project.kpis_of(name)]
    with judging(workspace.root, workspace.graph, len(wanted)) as judge:
        running = [(name, _guarded(name, partial(_begun, workspace, judge, name))) for name in wanted]
        return [_found(workspace, name, begun) for name, begun in running]


def _begun(workspace: Workspace, judge: Callable[[Asked], Future[Judgement]], name: str) -> Future[Judgement]:
    return judge(asked_of(workspace, name))


def _found(workspace: Workspace, name: str, begun: Future[Judgement] | Trouble) -> Found:
    judgement = begun if isinstance(begun, Trouble) else _guarded(name, begun.result)
    if isinstance(judgement, Trouble):
        return judgement
    pipeline = workspace.graph.pipeline(f"model/{name}")
    return _judged(judgement, charts_of(workspace.root, pipeline) if pipeline else ())


def _guarded(name: str, work: Callable[[], T]) -> T | Trouble:
    """What a piece of work for a model gives, or why it can't be done."""
    trouble = partial(Trouble, code="MLS0584", object=f"model/{name}")
    try:
        return work()
    except Problems as found:
        first = found.diagnostics[0]
        return trouble(message=f"{first.code}: {first.message}"[:10_000], help=first.help or "")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a model may run code of the project, which may raise anything
        message = f"judging ended with {type(error).__name__}: {error}"
        return trouble(message=message.encode("utf-8", "replace").decode()[:2_000], help=f"`mlspec gate model/{name}` shows more")


def _judged(judgement: Judgement, charts: tuple[Chart, ...]) -> JudgedModel:
    return JudgedModel(
        model=judgement.model,
        digest=judgement.candidate.digest,
        champion=judgement.champion_version,
        rows=judgement.rows,
        seen=judgement.seen,
        confidence=judgement.report.confidence,
        gates=tuple(map(gate_of, judgement.report.gates)),
        metrics=tuple(_metric(row) for row in judgement.metrics),
        charts=charts,
        breakdowns=tuple(map(_by_part, judgement.breakdowns)),
        search=judgement.searched.line()[:1_000] if judgement.searched else "",
        decision="; ".join(judgement.decision.lines)[:1_000] if judgement.decision else "",
        alike=judgement.alike[:1_000],
    )


def _by_part(found: Breakdown) -> ByPart:
    parts = tuple(Part(name=p.name[:1_000], rows=p.rows, values=p.values) for p in found.parts)
    return ByPart(by=found.by[:1_000], metrics=found.metrics, parts=parts, left_out=found.left_out)


def gate_of(gate: GateResult) -> Gate:
    """A gate as the report has it."""
    form = gate.as_form()
    return Gate.model_validate({key: value[:1_000] if isinstance(value, str) else value for key, value in form.items()})


def _metric(row: MetricRow) -> Metric:
    champion, difference = (None if estimate is None else _number(estimate) for estimate in (row.champion, row.difference))
    ours, baseline = _number(row.challenger), _number(row.baseline)
    return Metric(metric=row.metric, challenger=ours, baseline=baseline, champion=champion, difference=difference, train=row.train)


def _number(estimate: Estimate) -> Number:
    return Number(value=estimate.value, low=rounded(estimate.low), high=rounded(estimate.high))
