"""Compares the tags that are there with those that should be: what is missing, and what was moved or written by another hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlspec.compiler.project.layout import record_path
from mlspec.diagnostics import Diagnostic
from mlspec.registry.tags.markers import StageMarker, VersionMarker
from mlspec.registry.tags.read import Tag, stage_tags, tags_of

_RESTORE = (
    "nothing deployed depends on it, and mlspec never moves a tag. If it was moved here, "
    "`git tag -d '{0}'` and `git fetch origin 'refs/tags/{0}:refs/tags/{0}'`"
)


@dataclass(frozen=True, slots=True)
class Compared:
    """`problems`: a diagnostic for each tag that says something else than Git's history. `sound`: the tags that say the same."""

    missing_versions: tuple[VersionMarker, ...]
    missing_stages: tuple[StageMarker, ...]
    sound: tuple[Tag, ...]
    problems: tuple[Diagnostic, ...]


def compare(versions: Sequence[VersionMarker], stages: Sequence[StageMarker], tags: Sequence[Tag]) -> Compared:
    """Look at every marker and at every tag of the models that have one. Reads nothing."""
    found = _Found()
    by_model: dict[str, list[Tag]] = {}
    for tag in tags:
        by_model.setdefault(tag.name.model, []).append(tag)
    for marker in versions:
        _version(marker, by_model.get(marker.registered.model, ()), found)
    lanes: dict[tuple[str, str], list[StageMarker]] = {}
    for stage in stages:
        lanes.setdefault((stage.move.model, stage.stage), []).append(stage)
    for (model, name), lane in lanes.items():
        _lane(lane, stage_tags(by_model.get(model, ()), model, name), found)
    found.problems += _unknown(versions, by_model)
    order = {id(marker): at for at, marker in enumerate(stages)}
    missing = sorted(found.stages, key=lambda m: order[id(m)])
    return Compared(tuple(found.versions), tuple(missing), tuple(found.sound), tuple(found.problems))


class _Found:
    """What was found so far."""

    def __init__(self) -> None:
        self.versions: list[VersionMarker] = []
        self.stages: list[StageMarker] = []
        self.sound: list[Tag] = []
        self.problems: list[Diagnostic] = []


def _version(marker: VersionMarker, tags: Iterable[Tag], found: _Found) -> None:
    known = marker.registered
    there = [t for t in tags_of(tags, known.model) if t.name.action == "register" and t.name.version == known.version]
    if not there:
        found.versions.append(marker)
    for tag in there:
        what = f"the record of {known.model} {known.version} came in by {marker.commit}"
        _keep_or_tell(tag, marker.commit, what, found)


def _keep_or_tell(tag: Tag, commit: str, what: str, found: _Found) -> bool:
    if tag.commit == commit and tag.annotated:
        found.sound.append(tag)
        return True
    if tag.commit == commit:
        message = f"the tag `{tag.ref}` is a lightweight one, which GTO and DVC do not see"
        found.problems.append(Diagnostic("MLS0781", message, None, f"`git tag -d '{tag.ref}'`, then `mlspec tag`"))
    else:
        message = f"the tag `{tag.ref}` points at {tag.commit or tag.object}, and {what}"
        found.problems.append(Diagnostic("MLS0780", message, None, _RESTORE.format(tag.ref)))
    return False


def _lane(lane: Sequence[StageMarker], tags: Sequence[Tag], found: _Found) -> None:
    """One stage of one model, markers and tags oldest first. Where anything is wrong, nothing more is written for it."""
    own = _own(lane, tags)
    foreign = [t for t in tags if t not in own.values()]
    before, missing, told = len(found.problems), [], set[str]()
    for at, marker in enumerate(lane):
        mine = own.get(at)
        others = [mine] if mine else _in_its_place(at, lane, own, foreign)
        what = (
            f"{marker.move.commit[:12]} {'took away' if marker.leaves else 'deployed'} {marker.version} there, which is at {marker.commit}"
        )
        agreeing = next((t for t in others if _agrees(t, marker)), None)
        if agreeing:
            found.sound.append(agreeing)
        elif others:
            told.add(others[0].ref)
            _keep_or_tell(others[0], marker.commit, what, found)
        else:
            missing.append(marker)
    _contradicting(lane[-1], [t for t in foreign if t.ref not in told], found)
    if len(found.problems) == before:
        found.stages += missing


def _own(lane: Sequence[StageMarker], tags: Iterable[Tag]) -> dict[int, Tag]:
    """{place in the lane: the tag that mlspec wrote for it}, by the merge commit that its message names."""
    places = {(m.move.commit, m.leaves): at for at, m in enumerate(lane)}
    found: dict[int, Tag] = {}
    for tag in tags:
        at = places.get((tag.trailer("Merge") or "", tag.name.action == "unassign"))
        if at is not None:
            found.setdefault(at, tag)
    return found


def _in_its_place(at: int, lane: Sequence[StageMarker], own: Mapping[int, Tag], foreign: Iterable[Tag]) -> list[Tag]:
    """Tags of another hand that stand where a marker's should: between the numbers of mlspec's own, or written while that version stood."""
    low = max((t.name.number or 0 for place, t in own.items() if place < at), default=0)
    high = min((t.name.number or 0 for place, t in own.items() if place > at), default=None)
    later = [t for t in foreign if (t.name.number or 0) > low and (t.date is None or t.date >= lane[at].date)]
    if high is not None:
        return [t for t in later if (t.name.number or 0) < high]
    following = lane[at + 1].date if at + 1 < len(lane) else None
    return [t for t in later if following is None or (t.date is not None and t.date < following)]


def _agrees(tag: Tag, marker: StageMarker) -> bool:
    return tag.annotated and tag.commit == marker.commit and (tag.name.action == "unassign") == marker.leaves


def _contradicting(last: StageMarker, foreign: Iterable[Tag], found: _Found) -> None:
    """What another hand wrote after the last change of the deployment is what GTO and DVC would resolve."""
    for tag in foreign:
        if (tag.date is None or tag.date >= last.date) and not _agrees(tag, last):
            state = f"{last.move.commit[:12]} took {last.version} away" if last.leaves else f"{last.version} stands there, at {last.commit}"
            message = f"the tag `{tag.ref}` points at {tag.commit or tag.object}, and by the base branch {state}"
            found.problems.append(Diagnostic("MLS0780", message, None, _RESTORE.format(tag.ref)))


def _unknown(versions: Iterable[VersionMarker], by_model: Mapping[str, Sequence[Tag]]) -> Iterator[Diagnostic]:
    """Tags of versions that were never promoted, of models that were."""
    known: dict[str, set[str]] = {}
    for marker in versions:
        known.setdefault(marker.registered.model, set()).add(marker.registered.version)
    for model, names in sorted(known.items()):
        for tag in tags_of(by_model.get(model, ()), model):
            if tag.name.action == "register" and tag.name.version and tag.name.version not in names:
                message = f"the tag `{tag.ref}` names a version without a record: {record_path(model, tag.name.version)} is not merged"
                yield Diagnostic("MLS0785", message, None, "versions come by `mlspec promote`", severity="warning")
