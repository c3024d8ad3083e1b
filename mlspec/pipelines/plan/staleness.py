"""Which stages would run, and why: read from the graph and the dvc.lock files, with no data present.

DVC has no call for this: `repro --dry` needs the data, and no call is transitive. A stage `run`s when its command, its
parameters or a dependency differ from its lock; it `may run` when something upstream runs (DVC stops early if the
upstream's output comes out the same).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlspec.compiler.project.graph import Graph, Out, Pipeline, Stage
from mlspec.compiler.project.paths import relative
from mlspec.pipelines.locks import UNREADABLE, StageLock, fault_of, parse_lock
from mlspec.pipelines.plan.changes import changes
from mlspec.pipelines.plan.cost import cost
from mlspec.pipelines.plan.sight import Sight
from mlspec.pipelines.plan.states import StageState

ALTERED = "is not what the stage wrote"
"""How the reason of an output ends that stands in the workspace with other bytes."""


@dataclass(slots=True)
class Walk:
    """One pass over the graph in order; `produced` maps each output to who makes it and its recorded content.

    `sight`: all that it sees of the disk. `with_data`: outputs that DVC keeps are looked at, too, where they stand in the workspace.
    """

    sight: Sight
    with_data: bool = True
    produced: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    unsure: dict[str, str] = field(default_factory=dict)

    def visit(self, pipeline: Pipeline) -> Iterable[StageState]:
        content, there = self.sight.lock(pipeline.folder)
        locks = parse_lock(content)
        never = UNREADABLE if not locks and there and (content is None or fault_of(content)) else "it never ran"
        for stage in pipeline.stages:
            lock = locks.get(stage.name)
            state = self._state(pipeline, stage, lock) if lock else StageState(pipeline.ref, stage.name, "run", (never,))
            self._record(pipeline, stage, lock, state)
            is_search = stage.name == "tune" and state.status != "current"
            yield replace(state, note=cost(self.sight.root, pipeline.folder, stage)) if is_search else state

    def _state(self, pipeline: Pipeline, stage: Stage, lock: StageLock) -> StageState:
        reasons = [*_command(stage, lock), *parameter_changes(stage, lock), *self._files(pipeline, stage, lock)]
        if reasons:
            return StageState(pipeline.ref, stage.name, "run", tuple(reasons))
        upstream = sorted({self.unsure[d] for d in stage.deps if d in self.unsure})
        if upstream:
            return StageState(pipeline.ref, stage.name, "may run", tuple(f"after {name}" for name in upstream))
        return StageState(pipeline.ref, stage.name, "current")

    def _record(self, pipeline: Pipeline, stage: Stage, lock: StageLock | None, state: StageState) -> None:
        who = f"{pipeline.ref}:{stage.name}"
        for out in stage.outs:
            recorded = lock.outs.get(relative(out.path, pipeline.folder)) if lock else None
            self.produced[out.path] = (who, recorded)
            if state.status != "current":
                self.unsure[out.path] = who

    def _files(self, pipeline: Pipeline, stage: Stage, lock: StageLock) -> list[str]:
        found = []
        for dep in sorted(stage.deps):
            found += self._dependency(dep, lock.deps.get(relative(dep, pipeline.folder)))
        declared = {relative(d, pipeline.folder) for d in stage.deps}
        found += [f"{name} is no longer a dependency" for name in sorted(set(lock.deps) - declared)]
        for out in stage.outs:
            found += self._output(pipeline.folder, out, lock)
        return found

    def _dependency(self, dep: str, recorded: str | None) -> list[str]:
        if recorded is None:
            return [f"{dep} is a new dependency"]
        if dep in self.unsure:
            return []
        current = self.produced[dep][1] if dep in self.produced else self.sight.md5(dep)
        return [f"{dep} changed"] if current not in (None, recorded) else []

    def _output(self, folder: str, out: Out, lock: StageLock) -> list[str]:
        name = relative(out.path, folder)
        recorded = lock.outs.get(name)
        if recorded is None:
            return [f"{out.path} is a new output"]
        if out.cache:
            return [f"{out.path} {ALTERED}"] if self.with_data and self.sight.is_altered(folder, name, lock) else []
        return [f"{out.path} {ALTERED}"] if self.sight.md5(out.path) not in (None, recorded) else []


def stage_states(root: Path, graph: Graph, *, with_data: bool = True) -> tuple[StageState, ...]:
    """Return the state of every stage, in order; without data, as a fresh clone would have it."""
    walk = Walk(Sight(root), with_data)
    return tuple(state for pipeline in graph.pipelines for state in walk.visit(pipeline))


def _command(stage: Stage, lock: StageLock) -> list[str]:
    return [] if lock.command == stage.command else ["its command changed"]


def parameter_changes(stage: Stage, lock: StageLock) -> list[str]:
    """Say each parameter that differs: `estimator.params.max_iter: 300 -> 100`."""
    return list(changes(lock.params.get(stage.name, {}), stage.params))


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """Nested mappings and lists as `a.b[0]: scalar`; an empty collection is a value of its own."""
    if isinstance(value, Mapping) and value:
        return {k: v for key, item in value.items() for k, v in flatten(item, f"{prefix}.{key}" if prefix else str(key)).items()}
    if isinstance(value, list | tuple) and value:
        return {k: v for i, item in enumerate(value) for k, v in flatten(item, f"{prefix}[{i}]").items()}
    return {prefix: list(value) if isinstance(value, tuple) else value}
