"""Whether an output that stands in the workspace is what dvc.lock says. What is not there is no alteration: a clone has no data."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from mlspec.pipelines.content import file_md5, listing_md5
from mlspec.pipelines.locks import StageLock

MAX_HASHED_BYTES = 8 << 20
"""Above it, size alone is compared: a plan over a thousand models must not read their data."""


def is_altered(root: Path, folder: str, name: str, lock: StageLock) -> bool:
    """Whether an output stands in the workspace with other bytes than its lock records."""
    size, count = lock.sizes.get(name, (None, 1))
    return size is not None and differs(root, folder, name, Recorded(lock.outs[name], size, count))


class Recorded(NamedTuple):
    """What a lock says of an output: DVC's md5, its bytes, and its number of files."""

    md5: str
    size: int
    files: int


def differs(root: Path, folder: str, name: str, recorded: Recorded) -> bool:
    """Compare size and number of files; and the bytes, of what is small and newer than the lock (DVC writes the lock last)."""
    place = f"{root}/{folder}/{name}"
    try:
        own = os.stat(place)  # noqa: PTH116 - asked some thousand times
    except (OSError, ValueError):
        return False
    is_folder = stat.S_ISDIR(own.st_mode)
    if is_folder != recorded.md5.endswith(".dir"):
        return True
    path = Path(place)
    files = sorted(p for p in path.rglob("*") if p.is_file()) if is_folder else [path]
    stats = [p.stat() for p in files] if is_folder else [own]
    if (sum(s.st_size for s in stats), len(files)) != (recorded.size, recorded.files):
        return True
    if recorded.size > MAX_HASHED_BYTES:
        return False
    if max((s.st_mtime_ns for s in stats), default=0) <= os.stat(f"{root}/{folder}/dvc.lock").st_mtime_ns:  # noqa: PTH116
        return False
    return (listing_md5(path, files) if is_folder else file_md5(path)) != recorded.md5
