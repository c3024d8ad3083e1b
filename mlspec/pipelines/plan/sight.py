"""All that staleness is told by, beside the graph: lock files, contents, and outputs that stand in the workspace.

What was seen can be noted, and looked at again: the same graph with the same sight has the same states.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlspec.diagnostics.digest import bytes_digest
from mlspec.pipelines.content import Contents
from mlspec.pipelines.locks import StageLock, lock_content
from mlspec.pipelines.outputs import Recorded, differs

Note = list[Any]
"""`["lock", folder, digest]`, `["md5", path, md5]` or `["out", folder, name, md5, size, files, differs]`: plain data."""


class Sight:
    """The disk at `root`; each content is read once."""

    def __init__(self, root: Path) -> None:
        self.root, self._contents = root, Contents(root)

    def lock(self, folder: str) -> tuple[bytes | None, bool]:
        """The text of a folder's dvc.lock, None where it can't be read; and whether one stands there."""
        return lock_content(self.root, folder)

    def md5(self, path: str) -> str | None:
        """DVC's md5 of a file or folder; None when it is not here and nothing records it."""
        return self._contents.md5(path)

    def is_altered(self, folder: str, name: str, lock: StageLock) -> bool:
        """Whether an output stands there with other bytes than the lock records."""
        size, files = lock.sizes.get(name, (None, 1))
        return size is not None and self.differs(folder, name, Recorded(lock.outs[name], size, files))

    def differs(self, folder: str, name: str, recorded: Recorded) -> bool:
        return differs(self.root, folder, name, recorded)


class Noting(Sight):
    """A sight that notes what it saw in `notes`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.notes: list[Note] = []

    def lock(self, folder: str) -> tuple[bytes | None, bool]:
        content, there = super().lock(folder)
        self.notes.append(["lock", folder, _digest(content, there=there)])
        return content, there

    def md5(self, path: str) -> str | None:
        found = super().md5(path)
        self.notes.append(["md5", path, found])
        return found

    def differs(self, folder: str, name: str, recorded: Recorded) -> bool:
        found = super().differs(folder, name, recorded)
        self.notes.append(["out", folder, name, *recorded, found])
        return found


def is_as_noted(sight: Sight, notes: Iterable[Note]) -> bool:
    """Whether all looks the same now."""
    return all(_now(sight, note) == note[-1] for note in notes)


def _now(sight: Sight, note: Note) -> Any:
    match note:
        case ["lock", folder, _]:
            content, there = sight.lock(folder)
            return _digest(content, there=there)
        case ["md5", path, _]:
            return sight.md5(path)
        case ["out", folder, name, md5, size, files, _]:
            return sight.differs(folder, name, Recorded(md5, size, files))
    return None


def _digest(content: bytes | None, *, there: bool) -> str:
    return bytes_digest(content) if content is not None else "unreadable" if there else ""
