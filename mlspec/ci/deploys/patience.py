"""Waiting for jobs of other runs."""

from __future__ import annotations

import time
from collections.abc import Iterator

PAUSE = 15.0
"""Seconds between two looks."""


def sleep(seconds: float) -> None:
    """Wait; a name of its own so that tests need not."""
    time.sleep(seconds)


def looks(patience: float) -> Iterator[None]:
    """One look at once, and more, with a pause before each, for `patience` seconds."""
    yield
    waited = 0.0
    while waited < patience:
        sleep(PAUSE)
        waited += PAUSE
        yield
