"""The tags that should be there, from what was merged: which one, on which commit, with which date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from mlspec.registry.tags.grammar import stage_of
from mlspec.registry.tags.merged import Merged, Moved, Registered


@dataclass(frozen=True, slots=True)
class VersionMarker:
    """`demand@v1.2.0`, at the commit that brought the record in."""

    registered: Registered
    date: datetime

    @property
    def commit(self) -> str:
        return self.registered.commit


@dataclass(frozen=True, slots=True)
class StageMarker:
    """`demand#production#N`, at the commit of the version that went there.

    GTO and DVC resolve a stage to the files of the tag's commit, so that of the merge would not do: after a rollback its `dvc.lock` names
    the bytes of another version.
    """

    move: Moved
    stage: str
    version: str
    """The version that came, or, where `leaves`, the one that went."""
    commit: str
    date: datetime
    leaves: bool = False


def version_markers(merged: Merged) -> tuple[VersionMarker, ...]:
    """One for each record of the base branch, oldest first."""
    return tuple(VersionMarker(r, datetime.fromtimestamp(r.time, UTC)) for r in merged.versions)


def stage_markers(merged: Merged) -> tuple[StageMarker, ...]:
    """One for each change of a deployment, oldest first; none for a version without a record.

    GTO orders by time, in whole seconds: the dates of one model's markers are made to differ.
    """
    commits = {(r.model, r.version): r.commit for r in merged.versions}
    return tuple(_dated(_found(move, commits) for move in merged.moves))


def _found(move: Moved, commits: dict[tuple[str, str], str]) -> StageMarker | None:
    version = move.version or (move.before or ("", ""))[1]
    commit = commits.get((move.model, version))
    stage = stage_of(*move.place, move.model)
    date = datetime.fromtimestamp(move.time, UTC)
    return None if commit is None else StageMarker(move, stage, version, commit, date, leaves=move.version is None)


def _dated(markers: Iterable[StageMarker | None]) -> Iterator[StageMarker]:
    newest: dict[str, float] = {}
    for marker in markers:
        if marker is None:
            continue
        model = marker.move.model
        at = max(marker.date.timestamp(), newest.get(model, 0.0) + 1)
        newest[model] = at
        yield StageMarker(marker.move, marker.stage, marker.version, marker.commit, datetime.fromtimestamp(at, UTC), marker.leaves)
