"""What a killed DVC leaves half-written, and what never heals by itself: an empty or cut dvc.lock, a cut `.dvc/tmp/rwlock`.

DVC writes both in place. The record of a run is taken from Git where the commit has it (what changed since is stale, and runs again),
else it is removed, so that its stages run again. Conflict markers are a person's to settle: they stay.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mlspec.adapters.git.repository import open_repository
from mlspec.diagnostics import Problems
from mlspec.diagnostics.atomic import replace_file
from mlspec.language.yaml.load import load_documents

RWLOCK = ".dvc/tmp/rwlock"


def heal(root: Path, folders: Iterable[str], say: Callable[[str], None]) -> list[str]:
    """Mend what a killed run left in these folders of pipelines, and say so; return what was mended. Hold the lock on runs for it."""
    mended = [f"{folder}/dvc.lock" for folder in folders if _heal_lock(root, f"{folder}/dvc.lock", say)]
    return [*mended, *([RWLOCK] if _heal_rwlock(root / RWLOCK, say) else [])]


def _heal_lock(root: Path, path: str, say: Callable[[str], None]) -> bool:
    try:
        content = (root / path).read_bytes()
    except OSError:
        return False
    if (root / path).is_symlink() or not is_cut(content):
        return False
    what = "is empty" if not content.strip() else "is cut off"
    kept = _committed(root, path)
    if kept is None or is_cut(kept):
        (root / path).unlink()
        say(f"{path} {what}: a run was killed while it wrote it. No commit has a better one: removed, so that its stages run again")
    else:
        replace_file(root / path, kept)
        os.utime(root / path, (0, 0))  # older than every output, so that each is compared by content with what this record says
        say(f"{path} {what}: a run was killed while it wrote it. Put back from Git; what changed since that commit runs again")
    return True


def is_cut(content: bytes) -> bool:
    """Whether a dvc.lock is not all there. One with conflict markers is another matter."""
    if any(line.startswith((b"<<<<<<< ", b">>>>>>> ")) for line in content.splitlines()):
        return False
    documents, problems = load_documents("dvc.lock", content)
    return bool(problems) or len(documents) != 1 or not _is_whole(documents[0].value)


def _is_whole(value: Any) -> bool:
    """What DVC writes, and wants to read: `schema` and `stages`, each with its command, and files with a path and a content."""
    stages = value.get("stages", {}) if isinstance(value, dict) else None
    if not isinstance(stages, dict) or not isinstance(value.get("schema"), str):
        return False
    return all(isinstance(s, dict) and s.get("cmd") and all(_files(s.get(key, [])) for key in ("deps", "outs")) for s in stages.values())


def _files(items: Any) -> bool:
    return isinstance(items, list) and all(
        isinstance(i, dict) and i.get("path") and len(i) > 1 and all(v is not None for v in i.values()) for i in items
    )


def _committed(root: Path, path: str) -> bytes | None:
    try:
        repository = open_repository(root)
        return repository.show(repository.require_commits(), path)
    except Problems:
        return None


def _heal_rwlock(path: Path, say: Callable[[str], None]) -> bool:
    """DVC's list of who reads and writes what. Nobody does while we hold the lock on runs and it can't be read."""
    try:
        sound = isinstance(json.loads(path.read_bytes()), dict)
    except ValueError:
        sound = False
    except OSError:
        return False
    if not sound:
        path.unlink(missing_ok=True)
        say(f"{RWLOCK} can't be read: a run was killed while DVC wrote it. Removed")
    return not sound
