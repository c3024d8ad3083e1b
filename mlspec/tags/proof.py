"""Is a commit the place of a version? Its `dvc.lock` must name the version's bytes: a tag is there to get the model by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.forge.git import Repository
from mlspec.registry.entries import Entry, read_entry, record_path
from mlspec.source.yaml import load_documents
from mlspec.tags.markers import VersionMarker


@dataclass(frozen=True, slots=True)
class Proven:
    """The record of a version, and why its commit may not be tagged (None: it may)."""

    entry: Entry | None
    refusal: Diagnostic | None = None


def prove(repository: Repository, marker: VersionMarker) -> Proven:
    """Read the record and the `dvc.lock` of the marker's commit."""
    known = marker.registered
    path = record_path(known.model, known.version)
    try:
        entry = read_entry(path, repository.contents([known.blob])[0])
    except Problems as broken:
        return Proven(None, _refusal(marker, f"{path} can't be read there: {broken.diagnostics[0].message}"))
    artifact = entry.record.artifacts.model
    folder, output = str(PurePosixPath(artifact.path).parent), PurePosixPath(artifact.path).name
    lock = repository.show(marker.commit, f"{folder}/dvc.lock")
    locked = _locked(lock or b"", output)
    if locked == artifact.md5:
        return Proven(entry)
    return Proven(entry, _refusal(marker, f"{folder}/dvc.lock has {locked or 'no model'} there, and the record says {artifact.md5}"))


def _refusal(marker: VersionMarker, why: str) -> Diagnostic:
    known = marker.registered
    message = f"{known.model} {known.version} gets no tag: it came in by {marker.commit}, and {why}"
    advice = "get that version by its record (`mlspec reconcile` does): tools that go by tags would get other bytes"
    return Diagnostic("MLS0782", message, None, advice, severity="warning")


def _locked(content: bytes, output: str) -> str | None:
    """DVC's md5 of one output by the text of a lock file."""
    documents, _ = load_documents("dvc.lock", content)
    form = documents[0].value if documents else None
    stages = form.get("stages") if isinstance(form, dict) else None
    outs = [o for s in (stages.values() if isinstance(stages, dict) else ()) if isinstance(s, dict) for o in s.get("outs") or ()]
    return next((str(o.get("md5")) for o in outs if isinstance(o, dict) and o.get("path") == output), None)
