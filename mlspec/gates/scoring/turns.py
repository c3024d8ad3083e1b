"""Who may be at work at the same time: what measures a duration is alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mlspec.runtime.process import processors


class Turns:
    """As many at once as there are processors, or one that is alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._at_work = 0
        self._waiting_alone = 0

    @contextmanager
    def turn(self, *, alone: bool) -> Iterator[None]:
        """Wait for one's turn; whoever wants to be alone comes before those who don't."""
        most = processors()
        with self._changed:
            self._waiting_alone += alone
            try:
                self._changed.wait_for(lambda: not self._at_work if alone else self._at_work < most and not self._waiting_alone)
            finally:
                self._waiting_alone -= alone
                self._changed.notify_all()
            weight = most if alone else 1
            self._at_work += weight
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= weight
                self._changed.notify_all()
