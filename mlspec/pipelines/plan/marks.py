"""What stands where generated files do: one mark a path, so that two looks can be compared."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from mlspec.diagnostics.digest import bytes_digest

DOUBTFUL = "?"
"""What is no plain file or folder, can't be read, or lies behind a link: nobody remembers it."""
_FOLDER = "folder"


def marks(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Path -> the digest of the file there, `folder`, empty where nothing is, or `?`."""
    linked: dict[str, bool] = {"": False}
    return {path: DOUBTFUL if _is_linked(str(root), path.rpartition("/")[0], linked) else _mark(f"{root}/{path}") for path in paths}


def _is_linked(root: str, folder: str, known: dict[str, bool]) -> bool:
    """Whether a folder on the way is a link; each is looked at once."""
    if folder not in known:
        known[folder] = _is_linked(root, folder.rpartition("/")[0], known) or os.path.islink(f"{root}/{folder}")  # noqa: PTH114
    return known[folder]


def _mark(path: str) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError):
        return DOUBTFUL
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            return _FOLDER if stat.S_ISDIR(mode) else DOUBTFUL
        parts = [os.read(handle, 1 << 16)]
        while parts[-1]:
            parts.append(os.read(handle, 1 << 20))
        return bytes_digest(b"".join(parts))
    finally:
        os.close(handle)
