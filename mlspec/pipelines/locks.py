"""Reads dvc.lock: what each stage last ran with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mlspec.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mlspec.language.yaml.document import Document


@dataclass(frozen=True, slots=True)
class StageLock:
    """One stage's record: paths are relative to its folder, contents are DVC's md5 (`….dir` for folders)."""

    command: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]
    params: Mapping[str, Any]
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Output -> bytes and files, where DVC recorded them."""


FILE = "dvc.lock"
UNREADABLE = "its dvc.lock can't be read (a merge left in it, or a killed run?)"


Fault = Literal["conflict", "cut"]


def lock_content(root: Path, folder: str) -> tuple[bytes | None, bool]:
    """The text of a folder's dvc.lock, None where it can't be read; and whether one stands there."""
    try:
        return (root / folder / FILE).read_bytes(), True
    except FileNotFoundError:
        return None, False
    except OSError:
        return None, True


def fault_of(content: bytes) -> Fault | None:
    """What keeps DVC from reading a dvc.lock's text; None where it is whole.

    `conflict`: a merge left its marks in it, which a person settles. `cut`: it is not all there, as a killed run leaves it, also where what
    is left is YAML.
    """
    if any(line.startswith((b"<<<<<<< ", b">>>>>>> ")) for line in content.splitlines()):
        return "conflict"
    return None if _parsed(content)[0] else "cut"


@lru_cache(maxsize=4_096)
def _parsed(content: bytes) -> tuple[bool, Mapping[str, StageLock]]:
    """Whether a text is whole, and its stages. A run asks three times of each: to heal it, to plan, to look for damaged outputs."""
    documents, problems = _documents(FILE, content)
    value = documents[0].value if documents else None
    stages = value.get("stages") if isinstance(value, dict) else None
    locks = {str(name): _lock(entry) for name, entry in stages.items() if isinstance(entry, dict)} if isinstance(stages, dict) else {}
    return not problems and len(documents) == 1 and _is_whole(value), locks


def _is_whole(value: Any) -> bool:
    """What DVC writes, and wants to read: `schema` and `stages`, each with its command, and files with a path and a content."""
    stages = value.get("stages", {}) if isinstance(value, dict) else None
    if not isinstance(stages, dict) or not isinstance(value.get("schema"), str):
        return False
    return all(
        isinstance(s, dict) and s.get("cmd") and all(_are_files(s.get(key, [])) for key in ("deps", "outs")) for s in stages.values()
    )


def _are_files(items: Any) -> bool:
    return isinstance(items, list) and all(
        isinstance(i, dict) and i.get("path") and len(i) > 1 and all(v is not None for v in i.values()) for i in items
    )


def read_locks(root: Path, folder: str) -> dict[str, StageLock]:
    """Return {stage: lock} of a folder; empty when it never ran or the lock can't be read."""
    try:
        return parse_lock((root / folder / FILE).read_bytes())
    except OSError:
        return {}


def parse_lock(content: bytes | None) -> dict[str, StageLock]:
    """Return {stage: lock} of a dvc.lock's text, also of one that anybody committed: what has another form is left out.

    The one reader of lock files: at a commit, in a working tree, or in a tag.
    """
    return dict(_parsed(content or b"")[1])


def locked_outs(content: bytes | None) -> dict[str, str]:
    """{path: DVC's md5} of all outputs in a dvc.lock's text."""
    return {path: md5 for lock in parse_lock(content).values() for path, md5 in lock.outs.items()}


def _lock(entry: Mapping[str, Any]) -> StageLock:
    params = entry.get("params")
    own = params.get("params.yaml") if isinstance(params, dict) else None
    outs = entry.get("outs")
    parameters = own if isinstance(own, dict) else {}
    return StageLock(str(entry.get("cmd", "")), _contents(entry.get("deps")), _contents(outs), parameters, _sizes(outs))


def _contents(items: Any) -> dict[str, str]:
    rows = items if isinstance(items, list) else []
    return {str(r["path"]): str(r.get("md5", "")) for r in rows if isinstance(r, dict) and "path" in r}


def _sizes(items: Any) -> dict[str, tuple[int, int]]:
    rows = [r for r in items if isinstance(r, dict) and "path" in r] if isinstance(items, list) else []
    found = {str(r["path"]): (r.get("size"), r.get("nfiles", 1)) for r in rows}
    return {path: (size, files) for path, (size, files) in found.items() if isinstance(size, int) and isinstance(files, int)}


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file's mapping; empty when it is missing, broken, or no mapping."""
    try:
        text = path.read_bytes()
    except OSError:
        return {}
    documents, _ = _documents(path.name, text)
    value = documents[0].value if documents else None
    return value if isinstance(value, dict) else {}


def _documents(name: str, content: bytes) -> tuple[list[Document], list[Diagnostic]]:
    """YAML is loaded where a lock is read: of locks that are as they were, only the bytes are looked at."""
    from mlspec.language.yaml.load import load_documents

    return load_documents(name, content)
