"""What a killed DVC leaves half-written, and what never heals by itself: an empty or cut dvc.lock, a cut `.dvc/tmp/rwlock`.

DVC writes both in place. The record of a run is taken from Git where the commit has it (what changed since is stale, and runs again),
else it is removed, so that its stages run again. Conflict markers are a person's to settle: they stay.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.compiler.project.layout import lock_of
from mlspec.diagnostics import Problems
from mlspec.diagnostics.atomic import replace_file
from mlspec.pipelines.locks import fault_of

if TYPE_CHECKING:
    from mlspec.pipelines.workspace import Workspace

RWLOCK = ".dvc/tmp/rwlock"


def heal(workspace: Workspace, folders: Iterable[str], say: Callable[[str], None]) -> list[str]:
    """Mend what a killed run left in these folders of pipelines, and say so; return what was mended. Hold the lock on runs for it."""
    mended = [path for path in map(lock_of, folders) if _heal_lock(workspace, path, say)]
    return [*mended, *([RWLOCK] if _heal_rwlock(workspace.root / RWLOCK, say) else [])]


def _heal_lock(workspace: Workspace, path: str, say: Callable[[str], None]) -> bool:
    root = workspace.root
    try:
        content = (root / path).read_bytes()
    except OSError:
        return False
    if (root / path).is_symlink() or fault_of(content) != "cut":
        return False
    what = "is empty" if not content.strip() else "is cut off"
    kept = _committed(workspace, path)
    if kept is None or fault_of(kept) == "cut":
        (root / path).unlink()
        say(f"{path} {what}: a run was killed while it wrote it. No commit has a better one: removed, so that its stages run again")
    else:
        replace_file(root / path, kept)
        os.utime(root / path, (0, 0))  # older than every output, so that each is compared by content with what this record says
        say(f"{path} {what}: a run was killed while it wrote it. Put back from Git; what changed since that commit runs again")
    return True


def _committed(workspace: Workspace, path: str) -> bytes | None:
    try:
        return workspace.repository.show(workspace.repository.require_commits(), path)
    except Problems:
        return None


def _heal_rwlock(path: Path, say: Callable[[str], None]) -> bool:
    """DVC's list of who reads and writes what. Nobody does while we hold the lock on runs and it can't be read."""
    if is_sound(path):
        return False
    path.unlink(missing_ok=True)
    say(f"{RWLOCK} can't be read: a run was killed while DVC wrote it. Removed")
    return True


def is_sound(path: Path) -> bool:
    """Whether DVC can read its list of who reads and writes what, or has none."""
    try:
        return isinstance(json.loads(path.read_bytes()), dict)
    except ValueError:
        return False
    except OSError:
        return True
