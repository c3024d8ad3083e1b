"""One reconcile at a time changes an environment."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlspec.deploy.state import inside_repository, state_folder
from mlspec.diagnostics import problem


@contextmanager
def environment_lock(root: Path, environment: str, *, needed: bool = True) -> Iterator[None]:
    """Hold the environment's lock; the system frees it when the process ends, however it ends. Raises MLS0806 when it is held.

    Who only looks needs none, and leaves no file behind.
    """
    if not needed:
        yield
        return
    path = inside_repository(root, state_folder(root, environment)) / ".lock"
    with path.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            owner = handle.read().strip() or "unknown"
            message = f"another reconcile of {environment} is at work (process {owner})"
            raise problem("MLS0806", message, help="wait for it to end, then run this again") from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
