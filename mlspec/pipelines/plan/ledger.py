"""The ledger: which files are generated, with the digest of what was written.

It lets apply tell an orphan (ours, no longer wanted), an edited file, and a person's copy of a generated file. The header in
each file says whose it is where there is no ledger, so a lost or unmergeable one costs nothing: the next apply writes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import LEDGER
from mlspec.diagnostics.digest import bytes_digest
from mlspec.pipelines.plan.actions import Change


def read_ledger(root: Path) -> dict[str, str]:
    """Return {path: digest}; empty when the ledger is missing or can't be read (a merge conflict in it, say)."""
    return {str(k): str(v) for k, v in _section(root, "files").items()}


def has_ledger(root: Path) -> bool:
    """Whether there is a ledger that can be read."""
    return isinstance(_read(root).get("files"), dict)


def ledger_bytes(root: Path) -> bytes:
    """The ledger as it stands; empty when there is none. Every apply that changes a file changes it, and does so first."""
    try:
        return (root / LEDGER).read_bytes()
    except OSError:
        return b""


def _read(root: Path) -> dict[str, Any]:
    try:
        found = json.loads(ledger_bytes(root).decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _section(root: Path, name: str) -> dict[str, Any]:
    found = _read(root).get(name, {})
    return found if isinstance(found, dict) else {}


def read_members(root: Path) -> dict[str, tuple[str, ...]]:
    """Return the models that each ModelSet had when it was applied last."""
    sets = _section(root, "modelSets")
    return {str(name): tuple(map(str, models)) for name, models in sets.items() if isinstance(models, list)}


def ledger_text(files: Mapping[str, str], members: Mapping[str, Sequence[str]]) -> str:
    """The ledger's text: one file a line, sorted, so that merges rarely collide. `members`: ModelSet -> its models."""
    return ledger_of({path: bytes_digest(text.encode()) for path, text in files.items()}, members)


def ledger_of(digests: Mapping[str, str], members: Mapping[str, Sequence[str]]) -> str:
    """The same, of the files' digests."""
    return _text(digests, {name: sorted(models) for name, models in members.items()})


def intent_text(root: Path, changes: Iterable[Change]) -> str:
    """The ledger to write before `changes` are made: what it lists now, what they write and what they delete.

    So every file of an apply that was killed is known as ours. A file known already keeps its digest: it may not be written yet.
    """
    told = {c.path: bytes_digest(c.text.encode()) if c.text is not None else "" for c in changes if c.path != LEDGER}
    return _text(told | read_ledger(root), _section(root, "modelSets"))


def _text(files: Mapping[str, str], members: Mapping[str, Any]) -> str:
    form: dict[str, Any] = {"version": 1, "files": files}
    if members:
        form["modelSets"] = members
    return json.dumps(form, indent=2, sort_keys=True) + "\n"
