"""What a train job says of its shard: `DIR/shards/<shard>.json`. It ran the pull request's code, so the file is checked like user input."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from mlspec.ci.handover import Commit, Handover, ObjectRef, StageName, Text, read_handover, write_handover

SHARDS = "shards"
"""The folder of the reports inside a folder of results."""

ShardName = Annotated[str, Field(pattern=r"^(data|models|steps)(-[1-9][0-9]{0,4}){1,2}$")]
Seconds = Annotated[float, Field(ge=0, le=1e9)]
Status = Literal["ok", "failed", "skipped"]


class StageTime(Handover):
    """A stage that ran, and what it took."""

    name: StageName
    seconds: Seconds


class ObjectReport(Handover):
    """What became of an object. `why`: the first line of what went wrong, empty when nothing did."""

    object: ObjectRef
    status: Status
    stages: tuple[StageTime, ...] = ()
    why: Text = ""

    @property
    def seconds(self) -> float:
        """What its stages took together."""
        return sum(stage.seconds for stage in self.stages)


class ShardReport(Handover):
    """One shard's objects, in the order of their turn. A job that was killed leaves a report of those it had finished."""

    version: Literal[1] = 1
    shard: ShardName
    commit: Commit
    objects: tuple[ObjectReport, ...]


def report_path(results: Path, shard: str) -> Path:
    """Where a shard's report stands in a folder of results."""
    return results / SHARDS / f"{shard}.json"


def write_report(results: Path, report: ShardReport) -> None:
    """Write a shard's report, whole or not at all."""
    write_handover(report_path(results, report.shard), report)


def shard_reports(folder: Path) -> tuple[ShardReport, ...]:
    """Return the reports in a folder of results, by the name of the shard. Raises MLS0560 for one that is not what it should be.

    A report's name must be that of its file, so that no shard can speak for another. An absent folder has none.
    """
    place = folder / SHARDS
    paths = sorted(place.iterdir()) if place.is_dir() and not place.is_symlink() else []
    return tuple(sorted((_report(path) for path in paths), key=lambda report: report.shard))


def _report(path: Path) -> ShardReport:
    label = f"{SHARDS}/{path.name}"
    report = read_handover(ShardReport, path, label)
    if path.name != f"{report.shard}.json":
        raise misnamed(label, report.shard)
    return report


def misnamed(label: str, shard: str) -> Exception:
    """The problem of a report that stands in another shard's place."""
    from mlspec.diagnostics import Span, problem

    return problem(
        "MLS0560", f"{label} can't be used: it says it is the report of `{shard}`", help="run the train job again", span=Span(label)
    )
