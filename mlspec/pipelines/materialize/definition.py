"""What a feature set's values are made by, as far as people wrote it: its declaration, its SQL or code, and those of what it is made of.

A digest of that names the rows that serve: a model reads rows of the definition that it was trained on, and no others. The data is no part
of it, or no row could ever be newer than the model. It is told by lock files alone, so that it can be told at any commit.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.project.layout import PROJECT_FILE, features_folder, lock_of, object_in
from mlspec.diagnostics.digest import canonical_digest
from mlspec.language.yaml.load import load_documents
from mlspec.pipelines.locks import StageLock, parse_lock

Read = Callable[[str], bytes | None]
"""A path from the root -> the file's bytes, None where there is none: of the working tree, or of a commit."""
STAGE, REPORT = "features", "features.json"
_NO_VALUES = ("lookAhead", "pii", "sort")
"""What stages are told that changes no value: what is looked at, hidden, and in which order rows are written."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A set as it was last made. `digest`: `sha256:<hex>`; `rows_md5`: of its rows; `types`: {column: declared type}, in order.

    `data`: the md5s of the rows and files that it was made of, sorted; they are no part of the digest.
    """

    name: str
    digest: str
    rows_md5: str
    key: tuple[str, ...]
    time: str | None
    types: Mapping[str, str]
    data: tuple[str, ...]

    @property
    def time_type(self) -> str:
        """`date` or `timestamp`; empty where rows have no time."""
        found = self.types.get(self.time or "", "")
        return found if found in ("date", "timestamp") else ""

    @property
    def entity(self) -> tuple[str, ...]:
        """The columns by which a row is asked for: the key without the row's time; that time, where nothing else is in the key."""
        return tuple(name for name in self.key if name != self.time) or self.key


def definition_of(name: str, read: Read) -> Definition | None:
    """The definition of a set; None where it was never made, or its lock and its report are not of one run."""
    folder = features_folder(name)
    lock = parse_lock(read(lock_of(folder))).get(STAGE)
    report = read(f"{folder}/{REPORT}")
    if lock is None or report is None or hashlib.md5(report, usedforsecurity=False).hexdigest() != lock.outs.get(REPORT):
        return None
    params, rows = lock.params.get(STAGE), lock.outs.get("features.parquet")
    types = _types(report)
    if not isinstance(params, dict) or rows is None or types is None or not isinstance(params.get("key"), list):
        return None
    time = params.get("timeColumn")
    found = canonical_digest(_Forms(read).of(folder))
    data = tuple(sorted(md5 for path, md5 in _rooted(folder, lock) if _is_data(path, folder, params)))
    return Definition(name, found, rows, tuple(map(str, params["key"])), None if time is None else str(time), types, data)


def _types(report: bytes) -> dict[str, str] | None:
    try:
        return {str(name): str(kind) for name, kind in json.loads(report)["columns"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _rooted(folder: str, lock: StageLock) -> Iterator[tuple[str, str]]:
    for dep, md5 in lock.deps.items():
        yield posixpath.normpath(f"{folder}/{dep}"), md5


def _is_data(path: str, folder: str, params: Mapping[str, Any]) -> bool:
    """Whether a stage reads rows there: what another object made, or a file that is named among the inputs."""
    made_in = path.rpartition("/")[0]
    if object_in(made_in):
        return made_in != folder
    named = {posixpath.normpath(place) for text in _inputs(params) for place in (text, f"{folder}/{text}")}
    return any(text == path or text.startswith(f"{path}/") for text in named)


class _Forms:
    """What objects are made by, each told once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: dict[str, Any] = {}
        self._locks = _requirements(read(PROJECT_FILE))

    def of(self, folder: str) -> Any:
        """The forms of an object's stages that make values, with those of the objects that it reads."""
        if folder not in self._known:
            self._known[folder] = object_in(folder)  # nothing is made of itself; a broken lock may say so
            locks = parse_lock(self._read(lock_of(folder)))
            self._known[folder] = {stage: self._stage(folder, stage, locks[stage]) for stage in _making(folder, locks)}
        return self._known[folder]

    def _stage(self, folder: str, stage: str, lock: StageLock) -> dict[str, Any]:
        params = lock.params.get(stage)
        own = {key: value for key, value in params.items() if key not in _NO_VALUES} if isinstance(params, dict) else {}
        code, above = {}, {}
        for path, md5 in _rooted(folder, lock):
            made_in = path.rpartition("/")[0]
            if object_in(made_in):
                if made_in != folder:
                    above[made_in] = self.of(made_in)
            elif path not in self._locks and not _is_data(path, folder, own):
                code[path] = md5
        return {"params": own, "code": code, "of": above}


def _making(folder: str, locks: Mapping[str, StageLock]) -> list[str]:
    """Of a source: how it is cleaned, and its code where it is made by some. Files and databases are data, and rules judge it."""
    if object_in(folder).startswith("source/"):
        ingest = locks["ingest"].params.get("ingest") if "ingest" in locks else None
        by_code = isinstance(ingest, dict) and not {"from", "python"}.isdisjoint(ingest)
        return [stage for stage in (*(("ingest",) if by_code else ()), "clean") if stage in locks]
    return sorted(locks)


def _inputs(value: Any, *, below: bool = False) -> Iterator[str]:
    """The texts below `inputs`, the paths of data among them; what a function is handed under `params` is none."""
    if isinstance(value, str):
        yield from (value,) if below else ()
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key != "params":
                yield from _inputs(item, below=below or key == "inputs")


def _requirements(project: bytes | None) -> frozenset[str]:
    """The requirements lock: every stage depends on it."""
    documents, _ = load_documents(PROJECT_FILE, project or b"")
    value = documents[0].value if documents else None
    spec = value.get("spec") if isinstance(value, dict) else None
    found = spec.get("requirements") if isinstance(spec, dict) else None
    return frozenset({found}) if isinstance(found, str) else frozenset()
