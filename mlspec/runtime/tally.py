"""Counts of what happens now and then, by name: kept where it happens, read by whoever tells of it."""

from __future__ import annotations

import threading
from collections import Counter

Key = tuple[str, ...]


class Tally:
    """Counts by a name and the values of its labels, such as `("fallback", "predict", "overflow")`. Used from several threads."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()
        self._lock = threading.Lock()

    def add(self, key: Key, count: int = 1) -> None:
        with self._lock:
            self._counts[key] += count

    def forget(self) -> None:
        """Begin at nothing."""
        with self._lock:
            self._counts.clear()

    def counts(self) -> dict[Key, int]:
        """A copy of what was counted so far."""
        with self._lock:
            return dict(self._counts)
