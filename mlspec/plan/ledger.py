"""The ledger: which files are generated, with the digest of what was written.

It lets apply tell an orphan (ours, no longer wanted) and an edited file. The header in each file says whose it is, so
a lost or unmergeable ledger costs nothing: the next apply writes it anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LEDGER = ".mlspec/ledger.json"


def digest(text: bytes) -> str:
    return "sha256:" + hashlib.sha256(text).hexdigest()


def read_ledger(root: Path) -> dict[str, str]:
    """Return {path: digest}; empty when the ledger is missing or can't be read (a merge conflict in it, say)."""
    return {str(k): str(v) for k, v in _section(root, "files").items()}


def _section(root: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads((root / LEDGER).read_text(encoding="utf-8")).get(name, {})
    except (OSError, ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}


def read_members(root: Path) -> dict[str, tuple[str, ...]]:
    """Return the models that each ModelSet had when it was applied last."""
    sets = _section(root, "modelSets")
    return {str(name): tuple(map(str, models)) for name, models in sets.items() if isinstance(models, list)}


def ledger_text(files: Mapping[str, str], members: Mapping[str, Sequence[str]]) -> str:
    """The ledger's text: one file a line, sorted, so that merges rarely collide. `members`: ModelSet -> its models."""
    form: dict[str, Any] = {"version": 1, "files": {path: digest(text.encode()) for path, text in files.items()}}
    if members:
        form["modelSets"] = {name: sorted(models) for name, models in members.items()}
    return json.dumps(form, indent=2, sort_keys=True) + "\n"
