"""dvc.lock at a commit: what each stage read and wrote, by DVC's md5, with paths from the repository's root."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from mlspec.adapters.git.repository import Repository
from mlspec.pipelines import locks


@dataclass(frozen=True, slots=True)
class LockedStage:
    """One stage: {path: md5} of what it read and wrote. A source on the web has its params instead."""

    folder: str
    name: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]


def read_lock(repository: Repository, commit: str, folder: str) -> dict[str, LockedStage]:
    """{stage: lock} of a pipeline's folder at a commit; empty when it never ran."""
    return parse_lock(folder, repository.read([f"{commit}:{folder}/{locks.FILE}"])[0])


def parse_lock(folder: str, content: bytes | None) -> dict[str, LockedStage]:
    """Read a dvc.lock; empty for a broken one."""
    found = locks.parse_lock(content)
    return {name: LockedStage(folder, name, _rooted(folder, lock.deps), _rooted(folder, lock.outs)) for name, lock in found.items()}


def _rooted(folder: str, contents: Mapping[str, str]) -> dict[str, str]:
    return {posixpath.normpath(f"{folder}/{path}"): md5 for path, md5 in contents.items()}
