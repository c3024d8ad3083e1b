"""From a compiled project and the disk to the plan of a workflow's run: what is stale, what trains it, and what forbids it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mlspec.ci.plan.budget import held
from mlspec.ci.plan.layers import layer_names, layers_of
from mlspec.ci.plan.problems import file_problems, queue_problems
from mlspec.ci.plan.shards import Task, pack, whole_minutes
from mlspec.ci.plan_file import CiPlan, Held, Layer, Mode, PlannedStage, Shard
from mlspec.ci.seconds import last_seconds
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.part import closure
from mlspec.pipelines.plan.states import StageState
from mlspec.pipelines.workspace import Workspace

FORCED = "asked for again (--force)"


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for. `base`: the revision that the change is compared with; `force`: with mode `retrain`, also what is current."""

    mode: Mode = "pull-request"
    base: str | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan for the jobs, the plan of files and stages that it comes from, and the problems that forbid training."""

    plan: CiPlan
    files: Plan
    problems: tuple[Diagnostic, ...]


def plan_ci(workspace: Workspace, ask: Ask) -> Planned:
    """Plan a run of the workflow. Reads the disk and Git's history; needs no data, changes nothing.

    Raises `Problems` where nothing can be planned: no Git, an unknown base, a ModelSet that shrank (MLS0507), the budget of a shallow
    clone (MLS0520). What the plan shows to be wrong is in `problems`; then no job trains anything.
    """
    repository, graph = workspace.repository, workspace.graph
    commit = repository.require_commits()
    base = repository.resolve(ask.base) if ask.base else None
    files = workspace.plan
    choice = _choose(workspace, ask)
    seconds = last_seconds(workspace.root, choice.objects)
    problems = [*file_problems(files, graph), *(queue_problems(choice.objects) if ask.mode == "queue" else [])]
    trains = not problems and ask.mode in ("pull-request", "retrain")
    plan = CiPlan(
        commit=commit,
        base=base,
        mode=ask.mode,
        stages=choice.stages,
        seconds=seconds,
        layers=_layers(workspace, choice.objects, seconds) if trains else (),
        current=len(graph.pipelines) - len({s.ref for s in files.stale}),
        held=choice.held,
        forced=choice.forced,
    )
    return Planned(plan, files, tuple(problems))


@dataclass(frozen=True, slots=True)
class Choice:
    """The objects to train, with the stages that are the reason; those held back; those that are current and train all the same."""

    stages: tuple[PlannedStage, ...]
    held: tuple[Held, ...] = ()
    forced: tuple[str, ...] = ()

    @property
    def objects(self) -> tuple[str, ...]:
        return tuple(sorted({stage.object for stage in self.stages}))


def _choose(workspace: Workspace, ask: Ask) -> Choice:
    files, graph = workspace.plan, workspace.graph
    if ask.mode != "retrain":
        return Choice(tuple(map(_planned, files.stale)))
    stale = {state.ref for state in files.stale}
    wanted = [p.ref for p in graph.pipelines if p.ref.startswith("model/") and (ask.force or p.ref in stale)]
    back = held(workspace, wanted, force=ask.force)
    due = [ref for ref in wanted if ref not in back]
    steps = [f"step/{step}" for ref in due for step in workspace.project.kpi_steps(ref.partition("/")[2])]
    chosen = {*due, *({p.ref for p in closure(graph, [*due, *steps]).pipelines} & stale)}
    forced = {ref for ref in due if ref not in stale}
    stages = [_planned(s) for s in files.stale if s.ref in chosen]
    stages += [PlannedStage(object=s.ref, stage=s.stage, status="run", reasons=(FORCED,)) for s in files.stages if s.ref in forced]
    after = {*steps} - stale if forced else set()
    stages += [
        PlannedStage(object=s.ref, stage=s.stage, status="may run", reasons=("after its model",)) for s in files.stages if s.ref in after
    ]
    return Choice(tuple(stages), tuple(Held(object=ref, why=why) for ref, why in sorted(back.items())), tuple(sorted(forced)))


def _planned(state: StageState) -> PlannedStage:
    status: Literal["run", "may run"] = "may run" if state.status == "may run" else "run"
    return PlannedStage(object=state.ref, stage=state.stage, status=status, reasons=state.reasons)


def _layers(workspace: Workspace, objects: Sequence[str], seconds: Mapping[str, float]) -> tuple[Layer, ...]:
    """The layers that have something to do, in order."""
    graph, settings = workspace.graph, workspace.settings.ci
    place = layers_of(graph)
    found = []
    for name in layer_names(graph):
        tasks = [_task(workspace.project, ref, seconds.get(ref)) for ref in objects if place[ref] == name]
        groups = pack(tasks, settings.max_parallel) if tasks else []
        shards = tuple(
            Shard(name=f"{name}-{n}", objects=g.refs, needs=needs(graph, g.refs), runs_on=g.runs_on, minutes=g.minutes)
            for n, g in enumerate(groups, 1)
        )
        if shards:
            found.append(Layer(name=name, shards=shards))
    return tuple(found)


def _task(project: Project, ref: str, seconds: float | None) -> Task:
    kind, _, name = ref.partition("/")
    usual = project.settings.envelope.spec.ci.runs_on
    tables: Mapping[str, Mapping[str, Bound[Any]]] = {"model": project.models, "step": project.steps}
    resources = tables[kind][name].envelope.spec.resources if kind in tables else None
    runs_on = (resources.runs_on if resources else None) or usual
    limit = whole_minutes(resources.timeout) if resources else None
    return Task(ref, (runs_on,) if isinstance(runs_on, str) else tuple(runs_on), limit, seconds)


def needs(graph: Graph, refs: Iterable[str]) -> tuple[str, ...]:
    """The pipeline folders that a job for these objects checks out: their own, and those of everything above them."""
    return tuple(sorted(p.folder for p in closure(graph, refs).pipelines))


__all__ = ["FORCED", "Ask", "Planned", "needs", "plan_ci"]
