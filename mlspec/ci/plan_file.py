"""The plan of a run of the workflow: which objects are stale and why, and which job trains them. `mlspec ci plan` writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mlspec.ci.handover import Commit, Folder, Handover, ObjectRef, StageName, Text, handover_text, read_handover, write_handover
from mlspec.ci.shard_report import Seconds, ShardName

MAX_SHARDS = 256
"""GitHub's limit on the jobs of a matrix."""

Mode = Literal["pull-request", "fork", "queue", "retrain"]
Label = Annotated[str, Field(min_length=1, max_length=200)]
LayerName = Annotated[str, Field(pattern=r"^((data|steps)(-[1-9][0-9]{0,3})?|models)$")]


class PlannedStage(Handover):
    """A stage that runs, or may run after another, with a reason a line."""

    object: ObjectRef
    stage: StageName
    status: Literal["run", "may run"]
    reasons: tuple[Text, ...] = ()


class Shard(Handover):
    """What one job trains. `needs`: pipeline folders to check out; `minutes`: the job's time limit."""

    name: ShardName
    objects: Annotated[tuple[ObjectRef, ...], Field(min_length=1)]
    needs: tuple[Folder, ...]
    runs_on: Annotated[tuple[Label, ...], Field(min_length=1, max_length=20)]
    minutes: Annotated[int, Field(ge=1, le=100_000)]


class Layer(Handover):
    """Shards that can run at once, after those of the layers before."""

    name: LayerName
    shards: Annotated[tuple[Shard, ...], Field(max_length=MAX_SHARDS)]


class Held(Handover):
    """A stale object that is not to be trained now, and why."""

    object: ObjectRef
    why: Text


class CiPlan(Handover):
    """The whole plan. `stages`: of what is stale (with mode `retrain`: of what trains). `seconds`: what the last recorded run of an object
    took; `current`: how many objects are up to date; `forced`: those that train although they are.
    """

    version: Literal[1] = 1
    commit: Commit
    base: Commit | None
    mode: Mode
    stages: tuple[PlannedStage, ...]
    seconds: dict[ObjectRef, Seconds]
    layers: tuple[Layer, ...]
    current: Annotated[int, Field(ge=0)]
    held: tuple[Held, ...] = ()
    forced: tuple[ObjectRef, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for names in ([layer.name for layer in self.layers], [shard.name for shard in self.shards()], list(self.objects())):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ValueError(f"{twice[0]} stands in it twice")
        return self

    def shards(self) -> Iterator[Shard]:
        """Every shard, in the order of the layers."""
        return (shard for layer in self.layers for shard in layer.shards)

    def objects(self) -> Iterator[str]:
        """Every object that a job trains, in the order of the shards."""
        return (ref for shard in self.shards() for ref in shard.objects)

    @property
    def stale(self) -> tuple[str, ...]:
        """The objects that have a stage to run, or that may run, sorted."""
        return tuple(sorted({stage.object for stage in self.stages}))


def read_plan(path: Path) -> CiPlan:
    """Read a plan that another job wrote. Raises MLS0560 when it is not there or not what it should be."""
    return read_handover(CiPlan, path, "the plan file")


def plan_text(plan: CiPlan) -> str:
    """The text of the plan file."""
    return handover_text(plan)


def write_plan(path: Path, plan: CiPlan) -> None:
    """Write a plan, whole or not at all."""
    write_handover(path, plan)
