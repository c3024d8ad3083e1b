"""Fetches in a thread of its own, a little ahead, and gives up on a database that does not answer: some never come back from a call."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

AHEAD = 2
"""Batches that wait to be written."""
GRACE = 5.0
"""Seconds beyond the time limit: a server that keeps it itself says so better."""


class NoAnswer(Exception):
    """Nothing came within the time."""


def pumped(make: Callable[[], Iterator[Any]], timeout: float, stop: threading.Event) -> Iterator[Any]:
    """Yield what `make()` yields, each within `timeout` seconds and the grace. Raises what it raises, and NoAnswer.

    `stop` is set when nobody waits any more.
    """
    ready: queue.Queue[tuple[str, Any]] = queue.Queue(AHEAD)
    threading.Thread(target=_fetch, args=(make, ready, stop), daemon=True, name="mlspec-sql").start()
    try:
        while True:
            try:
                word, found = ready.get(timeout=timeout + GRACE)
            except queue.Empty:
                raise NoAnswer from None
            if word == "end":
                return
            if word == "error":
                raise found
            yield found
    finally:
        stop.set()


def _fetch(make: Callable[[], Iterator[Any]], ready: queue.Queue[tuple[str, Any]], stop: threading.Event) -> None:
    rows = make()
    try:
        for found in rows:
            if not _put(ready, ("rows", found), stop):
                break
        else:
            _put(ready, ("end", None), stop)
    except BaseException as error:  # noqa: BLE001 - handed to who waits
        _put(ready, ("error", error), stop)
    finally:
        close = getattr(rows, "close", None)
        if close:
            close()


def _put(ready: queue.Queue[tuple[str, Any]], item: tuple[str, Any], stop: threading.Event) -> bool:
    """Whether somebody still waits for it."""
    while not stop.is_set():
        try:
            ready.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False
