"""`mlspec reconcile --watch`: reconcile again and again until told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mlspec.diagnostics import problem


def watch(turn: Callable[[], None], seconds: float) -> None:
    """Call `turn` every `seconds` until SIGINT or SIGTERM; a turn under way is finished first."""
    stop = threading.Event()
    with _stopping(stop):
        while not stop.is_set():
            turn()
            stop.wait(seconds)


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    def on_signal(_: int, __: FrameType | None) -> None:
        stop.set()

    before = {s: signal.signal(s, on_signal) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def pull(root: Path) -> None:
    """`git pull --ff-only`; never merges, never asks for a password. Raises MLS0812."""
    from mlspec.adapters.git.repository import Repository

    refused = Repository(root).pull()
    if refused:
        raise problem("MLS0812", f"git pull --ff-only: {refused}", help="the branch must follow its remote: see `git status`")
