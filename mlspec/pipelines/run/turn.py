"""One `mlspec run` at a time in a workspace, and an orderly end when it is told to stop."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from mlspec.compiler.project.layout import RUN_LOCK
from mlspec.pipelines.local_lock import hold


@contextlib.contextmanager
def turn(root: Path, say: Callable[[str], None]) -> Iterator[int | None]:
    """Wait for other runs in this workspace to end, saying so; yield the lock's handle, for children that must outlive us.

    DVC has locks of its own, but fails where two runs meet at one file instead of waiting. Raises MLS0508 as `hold` does.
    """
    tell = "waiting for another mlspec run (process {}) to end …"
    with orderly_end(), hold(root, RUN_LOCK, wait=None, on_wait=lambda number: say(tell.format(number))) as handle:
        yield handle


@contextlib.contextmanager
def orderly_end() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit (143, 129), so that what was started is ended. Only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
