"""Is a commit the place of a version? Its `dvc.lock` must name the version's bytes: a tag is there to get the model by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.pipelines.locks import locked_outs
from mlspec.registry.entries import Entry, read_entry, record_path
from mlspec.registry.tags.markers import VersionMarker

Key = tuple[str, str]
"""(model, version)."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The record of a version, and why its commit may not be tagged (None: it may)."""

    entry: Entry | None
    refusal: Diagnostic | None = None


def key_of(marker: VersionMarker) -> Key:
    """The version that a marker is for."""
    return marker.registered.model, marker.registered.version


def prove(repository: Repository, markers: Sequence[VersionMarker]) -> dict[Key, Proven]:
    """Read the records, and the `dvc.lock` of each marker's commit: two processes for all."""
    contents = repository.contents([m.registered.blob for m in markers])
    read = {key_of(m): _read(m, content) for m, content in zip(markers, contents, strict=True)}
    places = {key: (marker.commit, *_place(proven.entry)) for marker in markers if (proven := read[key := key_of(marker)]).entry}
    names = sorted({f"{commit}:{folder}/dvc.lock" for commit, folder, _ in places.values()})
    locks = dict(zip(names, repository.read(names), strict=True))
    for marker in markers:
        key = key_of(marker)
        if key in places:
            commit, folder, output = places[key]
            read[key] = _held(marker, read[key], folder, locked_outs(locks.get(f"{commit}:{folder}/dvc.lock")).get(output))
    return read


def _read(marker: VersionMarker, content: bytes) -> Proven:
    path = record_path(*key_of(marker))
    try:
        return Proven(read_entry(path, content))
    except Problems as broken:
        return Proven(None, _refusal(marker, f"{path} can't be read there: {broken.diagnostics[0].message}"))


def _place(entry: Entry | None) -> tuple[str, str]:
    """The folder of the pipeline, and the model's name in it."""
    path = PurePosixPath(entry.record.artifacts.model.path if entry else "")
    return str(path.parent), path.name


def _held(marker: VersionMarker, proven: Proven, folder: str, locked: str | None) -> Proven:
    wanted = proven.entry.record.artifacts.model.md5 if proven.entry else None
    if locked == wanted:
        return proven
    return Proven(proven.entry, _refusal(marker, f"{folder}/dvc.lock has {locked or 'no model'} there, and the record says {wanted}"))


def _refusal(marker: VersionMarker, why: str) -> Diagnostic:
    model, version = key_of(marker)
    message = f"{model} {version} gets no tag: it came in by {marker.commit}, and {why}"
    advice = "get that version by its record (`mlspec reconcile` does): tools that go by tags would get other bytes"
    return Diagnostic("MLS0782", message, None, advice, severity="warning")
