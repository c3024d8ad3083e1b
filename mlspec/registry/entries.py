"""The registry: one immutable record a model version, read from a set of files (of a commit, or of the working tree)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mlspec.compiler.project.layout import REGISTRY, record_path
from mlspec.diagnostics import Span, problem
from mlspec.diagnostics.digest import bytes_digest
from mlspec.registry.paths import RECORD_PATH, version_key
from mlspec.registry.record_files import Files, below, parse_record
from mlspec.registry.records import RegistryRecord

Bump = Literal["major", "minor", "patch"]


__all__ = [
    "Bump",
    "Entry",
    "entries",
    "find_digest",
    "find_version",
    "next_version",
    "read_entry",
    "record_path",
    "version_key",
    "versions",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with the path and the bytes it was read from."""

    path: str
    content: bytes
    record: RegistryRecord

    @property
    def digest(self) -> str:
        """The digest of the record itself (the model's is `record.digest`)."""
        return bytes_digest(self.content)


def entries(files: Files, model: str) -> list[Entry]:
    """Every record of a model, oldest version first. Raises `Problems` for one that is broken or says another name than its path."""
    found = []
    for path, content in below(files, f"{REGISTRY}/{model}").items():
        if RECORD_PATH.fullmatch(path):
            found.append(read_entry(path, content))
    return sorted(found, key=lambda e: version_key(e.record.version))


def read_entry(path: str, content: bytes) -> Entry:
    """Read one record file."""
    record = parse_record(path, content, RegistryRecord)
    if record_path(record.model, record.version) != path:
        named = f"{record.model} {record.version}"
        raise problem("MLS0710", f"{path} says it is {named}", help="restore it from Git: records never change", span=Span(path))
    return Entry(path, content, record)


def find_version(files: Files, model: str, version: str) -> Entry | None:
    content = files.get(record_path(model, version))
    return None if content is None else read_entry(record_path(model, version), content)


def find_digest(files: Files, model: str, digest: str) -> Entry | None:
    """The record of a model's bytes: the same bytes are the same version."""
    return next((e for e in entries(files, model) if e.record.digest == digest), None)


def versions(files: Files, model: str) -> list[str]:
    """The versions that have a record, oldest first: told by the names of the files."""
    found = [m[2] for m in map(RECORD_PATH.fullmatch, files) if m and m[1] == model]
    return sorted(found, key=version_key)


def next_version(files: Files, model: str, bump: Bump, taken: Iterable[str] = ()) -> str:
    """The version after the newest one; v1.0.0 for a model that has none. `taken`: versions that only tags name."""
    known = sorted({*versions(files, model), *taken}, key=version_key)
    if not known:
        return "v1.0.0"
    major, minor, patch = version_key(known[-1])
    after = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}[bump]
    return "v" + ".".join(map(str, after))
