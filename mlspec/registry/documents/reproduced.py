"""The report of `mlspec reproduce` that stands beside a version's record, where somebody committed one: read, and held to the record.

It is told by whoever ran it: nothing of it is measured here. What does not fit the record and its commit's lock is no evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.compiler.project.layout import REGISTRY, lock_of, model_folder
from mlspec.pipelines.locks import locked_outs
from mlspec.registry.records import RegistryRecord

FILE = "reproduction.json"


def path_of(model: str, version: str) -> str:
    """Where it stands: beside the record."""
    return f"{REGISTRY}/{model}/{version}.{FILE}"


def read(content: bytes, record: RegistryRecord, files: Mapping[str, bytes]) -> tuple[dict[str, Any] | None, str]:
    """The report, or why it is none of this version. `files`: of the record's commit, its lock among them."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None, "it is no JSON"
    if not isinstance(found, dict):
        return None, "it is no report"
    wrong = next(_wrong(found, record, files), "")
    return (None, wrong) if wrong else (found, "")


def _wrong(found: Mapping[str, Any], record: RegistryRecord, files: Mapping[str, bytes]) -> Iterator[str]:
    if (found.get("kind"), found.get("version")) != ("reproduction", 1):
        yield "it is no report of `mlspec reproduce --format json`"
    told = {"model": record.model, "modelVersion": record.version, "commit": record.commit, "digest": record.digest}
    yield from (f"its {key} is not the record's" for key, value in told.items() if found.get(key) != value)
    outs = list(_outs(found))
    if None in outs:
        yield "it names no stages"
    folder = model_folder(record.model)
    named = {path: before for path, before, _ in (out for out in outs if out)}
    locked = {f"{folder}/{name}": md5 for name, md5 in locked_outs(files.get(lock_of(folder))).items()}
    if not locked or any(named.get(path) != md5 for path, md5 in locked.items()):
        yield "its stages are not those of the lock at the record's commit"
    same = found.get("again") == record.digest and all(out[2] for out in outs if out)
    if found.get("verdict") != ("identical" if same else "differs"):
        yield "its verdict is not what its stages say"


def _outs(found: Mapping[str, Any]) -> Iterator[tuple[str, str, bool] | None]:
    """(path, md5 of then, whether it came out the same) of each output; None for what has another form."""
    stages = found.get("stages")
    for stage in stages if isinstance(stages, list) else [None]:
        outs = stage.get("outs") if isinstance(stage, dict) else None
        for out in outs if isinstance(outs, list) else [None]:
            yield (str(out.get("path")), str(out.get("before")), out.get("same") is True) if isinstance(out, dict) else None
