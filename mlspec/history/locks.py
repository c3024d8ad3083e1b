"""dvc.lock at a commit: what each stage read and wrote, by DVC's md5, with paths from the repository's root."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.forge.git import Repository
from mlspec.history.branch import mapping, pick
from mlspec.history.names import read_names

FILE = "dvc.lock"


@dataclass(frozen=True, slots=True)
class LockedStage:
    """One stage: {path: md5} of what it read and wrote. A source on the web has its params instead."""

    folder: str
    name: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]


def read_lock(repository: Repository, commit: str, folder: str) -> dict[str, LockedStage]:
    """{stage: lock} of a pipeline's folder at a commit; empty when it never ran."""
    return parse_lock(folder, read_names(repository, [f"{commit}:{folder}/{FILE}"])[0])


def parse_lock(folder: str, content: bytes | None) -> dict[str, LockedStage]:
    """Read a dvc.lock; empty for a broken one."""
    stages = pick(mapping(FILE, content or b""), "stages")
    rows = stages.items() if isinstance(stages, dict) else ()
    return {str(n): LockedStage(folder, str(n), _contents(folder, e, "deps"), _contents(folder, e, "outs")) for n, e in rows}


def _contents(folder: str, entry: Any, key: str) -> dict[str, str]:
    items = pick(entry, key)
    rows = [r for r in items if isinstance(r, dict) and "path" in r] if isinstance(items, list) else []
    return {posixpath.normpath(f"{folder}/{r['path']}"): str(r.get("md5", "")) for r in rows}
