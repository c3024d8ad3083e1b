"""The ledger: which files are generated, with the digest of what was written.

It lets apply tell an orphan (ours, no longer wanted) and an edited file. The header in each file says whose it is, so
a lost or unmergeable ledger costs nothing: the next apply writes it anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

LEDGER = ".mlspec/ledger.json"


def digest(text: bytes) -> str:
    return "sha256:" + hashlib.sha256(text).hexdigest()


def read_ledger(root: Path) -> dict[str, str]:
    """Return {path: digest}; empty when the ledger is missing or can't be read (a merge conflict in it, say)."""
    try:
        files = json.loads((root / LEDGER).read_text(encoding="utf-8")).get("files", {})
    except (OSError, ValueError, AttributeError):
        return {}
    return {str(k): str(v) for k, v in files.items()} if isinstance(files, dict) else {}


def ledger_text(files: Mapping[str, str]) -> str:
    """The ledger's text: one file a line, sorted, so that merges rarely collide."""
    entries = {path: digest(text.encode()) for path, text in files.items()}
    return json.dumps({"version": 1, "files": entries}, indent=2, sort_keys=True) + "\n"
