"""Files of folders that another job filled: no link is followed, nothing but plain files is opened, sizes are bounded."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

Entry = tuple[str, os.stat_result]
MAX_DEPTH = 16
"""Folders below it are not entered; they are yielded instead."""


def read_plain(path: Path, limit: int) -> bytes:
    """Return the bytes of a plain file. Raises OSError when it can't be opened, ValueError for a link, a device, or over `limit` bytes."""
    if path.is_symlink():
        raise ValueError("it is a symbolic link")
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("it is no plain file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"it has more than {limit:,} bytes")
    return content


def walk(folder: Path, prefix: str = "", depth: int = MAX_DEPTH) -> Iterator[Entry]:
    """Yield the relative POSIX path and the status of all that is below a folder and no folder itself, sorted; links are not followed."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode) and depth:
            yield from walk(folder / entry.name, f"{prefix}{entry.name}/", depth - 1)
        else:
            yield f"{prefix}{entry.name}", status
