"""Which models were looked at on which test rows: what was dropped since is a look all the same."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from mlspec.compiler.project.layout import EXPERIMENTS_LOCK, LOOKS
from mlspec.pipelines.local_lock import hold, open_safely
from mlspec.pipelines.locks import StageLock

TEST, MODEL = "test.parquet", "model"


def outs_of(locks: Mapping[str, StageLock]) -> dict[str, str]:
    """{output: md5} of all stages."""
    return {path: md5 for lock in locks.values() for path, md5 in lock.outs.items()}


def note_look(root: Path, model: str, locks: Mapping[str, StageLock]) -> None:
    """Remember, on this machine, that a trained model was looked at. Tries may end at once: none writes over another's line."""
    outs = outs_of(locks)
    if outs.get(TEST) is None or outs.get(MODEL) is None or outs[MODEL] in looked_at(root, outs[TEST]):
        return
    with hold(root, EXPERIMENTS_LOCK, wait=None, on_wait=lambda _: None):
        handle = open_safely(root, root / LOOKS)
        try:
            os.lseek(handle, 0, os.SEEK_END)
            os.write(handle, (json.dumps({"model": model, TEST: outs[TEST], "md5": outs[MODEL]}) + "\n").encode())
        finally:
            os.close(handle)


def looked_at(root: Path, test: str) -> set[str]:
    """The md5 of each model that was tried on test rows (by their md5)."""
    try:
        lines = (root / LOOKS).read_bytes().splitlines()
    except OSError:
        return set()
    rows = [_row(line) for line in lines]
    return {str(row["md5"]) for row in rows if row.get(TEST) == test and "md5" in row}


def _row(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
