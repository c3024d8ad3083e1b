"""Locks of mlspec's own under `.mlspec/`: opened so that a link can't lead the write elsewhere, freed by the kernel."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mlspec.diagnostics import problem

PAUSE_SECONDS = 0.05


@contextlib.contextmanager
def hold(root: Path, path: str, *, wait: float | None, on_wait: Callable[[str], None]) -> Iterator[int | None]:
    """Hold the lock file `path` (relative to `root`); yield its handle, or None when `wait` seconds (None: any) were not enough.

    `on_wait` is called once with the number of the process that holds it, "unknown" when it is not told. The kernel frees the
    lock when its holder dies, so none goes stale. Raises MLS0508 when a link leads out of the repository.
    """
    handle = open_safely(root, root / path)
    try:
        got = _take(handle, wait, on_wait)
        if got:
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield handle if got else None
    finally:
        os.close(handle)


def open_safely(root: Path, path: Path) -> int:
    """Open a local file of mlspec's for reading and writing, made when it is not there. Raises MLS0508 for anything but a plain file."""
    try:
        if not path.parent.resolve().is_relative_to(root.resolve()):
            raise _outside(root, path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
    except OSError as error:
        if path.is_symlink() or path.parent.is_symlink() or not path.parent.is_dir() or path.is_dir():
            raise _outside(root, path) from error
        raise
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(handle)
        raise _outside(root, path)
    return handle


def _outside(root: Path, path: Path) -> Exception:
    shown = path.relative_to(root).as_posix()
    message = f"`{shown}` is not a plain {'folder' if path.is_dir() else 'file'} of this repository"
    return problem("MLS0508", message, help="nothing was written; remove it (a link, most likely): mlspec makes it anew")


def _take(handle: int, wait: float | None, on_wait: Callable[[str], None]) -> bool:
    end, told, tries = None if wait is None else time.monotonic() + wait, False, 0
    while not _try(handle):
        holder, tries = os.pread(handle, 20, 0).decode(errors="replace").strip(), tries + 1
        if not told and (holder or tries > 1):  # who has just got it may not have written its number yet
            on_wait(holder or "unknown")
            told = True
        if end is not None and time.monotonic() > end:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
