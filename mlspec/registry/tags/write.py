"""Writes the tags that are missing: annotated, each by one atomic step, none ever moved. Killed at any point, a re-run goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.tags import make_tag
from mlspec.diagnostics import Diagnostic
from mlspec.registry.entries import Entry
from mlspec.registry.tags.check import Compared
from mlspec.registry.tags.grammar import parse, stage_tag, version_tag
from mlspec.registry.tags.markers import StageMarker, VersionMarker
from mlspec.registry.tags.proof import Key, Proven, key_of, prove
from mlspec.registry.tags.read import Tag


@dataclass(frozen=True, slots=True)
class NewTag:
    """A tag to write. `date` is the tagger's: that of the merge, so that GTO tells history as it was."""

    ref: str
    commit: str
    date: datetime
    message: str


@dataclass(slots=True)
class Drafted:
    """What is to be written, oldest first, and a warning for each version that gets no tag."""

    tags: list[NewTag] = field(default_factory=list)
    refused: list[Diagnostic] = field(default_factory=list)


def draft(
    repository: Repository, versions: Sequence[VersionMarker], compared: Compared, tags: Sequence[Tag], names: Iterable[str]
) -> Drafted:
    """Prove each missing version, and number each missing stage after all numbers of its model that are taken, here or on a remote.

    `names`: tags that stand elsewhere.
    """
    drafted, entries = Drafted(), dict[Key, Entry]()
    missing = {key_of(m) for m in compared.missing_versions}
    wanted = missing | {(s.move.model, s.version) for s in compared.missing_stages}
    due = [m for m in versions if key_of(m) in wanted]
    proven = prove(repository, due)
    at = {(t.name.model, t.commit): t.ref for t in tags if t.name.action == "register" and t.name.folder is None}
    for marker in due:
        _version(marker, proven[key_of(marker)], drafted, entries, at, write=key_of(marker) in missing)
    numbers = _Numbers(tags, names)
    for stage in compared.missing_stages:
        entry = entries.get((stage.move.model, stage.version))
        if entry is not None:
            drafted.tags.append(_stage(stage, entry, numbers.after(stage.move.model)))
    return drafted


def _version(
    marker: VersionMarker,
    proven: Proven,
    drafted: Drafted,
    entries: dict[Key, Entry],
    at: dict[tuple[str, str | None], str],
    *,
    write: bool,
) -> None:
    model, version = key_of(marker)
    other = at.get((model, marker.commit)) if write else None
    if proven.refusal is not None or proven.entry is None:
        drafted.refused += [proven.refusal] if proven.refusal and write else []
    elif other is not None:
        message = f"{model} {version} gets no tag: `{other}` stands at its commit {marker.commit}, and GTO can't read two at one"
        drafted.refused.append(Diagnostic("MLS0786", message, None, f"`git tag -d '{other}'` if it is wrong", severity="warning"))
    else:
        entries[model, version] = proven.entry
        if write:
            message = f"{model} {version}\n\n{_digests(proven.entry)}"
            at[model, marker.commit] = version_tag(model, version)
            drafted.tags.append(NewTag(version_tag(model, version), marker.commit, marker.date, message))


def _stage(marker: StageMarker, entry: Entry, number: int) -> NewTag:
    move = marker.move
    verb = "leaves" if marker.leaves else "in"
    claim = f"Mlspec-Claim: {move.claim}\n" if move.claim and not marker.leaves else ""
    message = f"{move.model} {marker.version} {verb} {marker.stage}\n\n{_digests(entry)}{claim}Mlspec-Merge: {move.commit}\n"
    return NewTag(stage_tag(move.model, marker.stage, number, leaves=marker.leaves), marker.commit, marker.date, message)


def _digests(entry: Entry) -> str:
    return f"Mlspec-Model: {entry.record.digest}\nMlspec-Record: {entry.digest}\n"


class _Numbers:
    """GTO counts over all stages of a model."""

    def __init__(self, tags: Sequence[Tag], names: Iterable[str]) -> None:
        self._highest: dict[str, int] = {}
        for name in [*(t.name for t in tags), *filter(None, map(parse, names))]:
            self._highest[name.model] = max(self._highest.get(name.model, 0), name.number or 0)

    def after(self, model: str) -> int:
        self._highest[model] = self._highest.get(model, 0) + 1
        return self._highest[model]


def write(repository: Repository, tags: Iterable[NewTag]) -> None:
    """Make the tags. Raises MLS0956 when Git does not know who writes them, MLS0959 for a name that was taken meanwhile."""
    for number, tag in enumerate(tags):
        if number == 0:
            repository.identity()
        make_tag(repository, tag.ref, tag.commit, tag.message, int(tag.date.timestamp()))
