"""Whether an output that stands in the workspace is what dvc.lock says. What is not there is no alteration: a clone has no data."""

from __future__ import annotations

import os
from pathlib import Path

from mlspec.pipelines.content import file_md5, listing_md5
from mlspec.pipelines.locks import StageLock

MAX_HASHED_BYTES = 8 << 20
"""Above it, size alone is compared: a plan over a thousand models must not read their data."""


def is_altered(root: Path, folder: str, name: str, lock: StageLock) -> bool:
    """Compare size and number of files; and the bytes, of what is small and newer than the lock (DVC writes the lock last)."""
    size, count = lock.sizes.get(name, (None, 1))
    if size is None or not os.path.exists(f"{root}/{folder}/{name}"):  # noqa: PTH110 - asked some thousand times
        return False
    md5, path = lock.outs[name], root / folder / name
    if path.is_dir() != md5.endswith(".dir"):
        return True
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    stats = [p.stat() for p in files]
    if (sum(s.st_size for s in stats), len(files)) != (size, count):
        return True
    if size > MAX_HASHED_BYTES or max((s.st_mtime_ns for s in stats), default=0) <= (root / folder / "dvc.lock").stat().st_mtime_ns:
        return False
    return (listing_md5(path, files) if path.is_dir() else file_md5(path)) != md5
