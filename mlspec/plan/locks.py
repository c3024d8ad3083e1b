"""Reads dvc.lock: what each stage last ran with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.source.yaml import load_documents


@dataclass(frozen=True, slots=True)
class StageLock:
    """One stage's record: paths are relative to its folder, contents are DVC's md5 (`….dir` for folders)."""

    command: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]
    params: Mapping[str, Any]


def read_locks(root: Path, folder: str) -> dict[str, StageLock]:
    """Return {stage: lock} of a folder; empty when it never ran or the lock can't be read."""
    stages = read_yaml(root / folder / "dvc.lock").get("stages")
    if not isinstance(stages, dict):
        return {}
    return {str(name): _lock(entry) for name, entry in stages.items() if isinstance(entry, dict)}


def _lock(entry: Mapping[str, Any]) -> StageLock:
    params = entry.get("params")
    own = params.get("params.yaml") if isinstance(params, dict) else None
    return StageLock(
        str(entry.get("cmd", "")), _contents(entry.get("deps")), _contents(entry.get("outs")), own if isinstance(own, dict) else {}
    )


def _contents(items: Any) -> dict[str, str]:
    rows = items if isinstance(items, list) else []
    return {str(r["path"]): str(r.get("md5", "")) for r in rows if isinstance(r, dict) and "path" in r}


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file's mapping; empty when it is missing, broken, or no mapping."""
    try:
        text = path.read_bytes()
    except OSError:
        return {}
    documents, _ = load_documents(path.name, text)
    value = documents[0].value if documents else None
    return value if isinstance(value, dict) else {}
