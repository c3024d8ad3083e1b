"""One thread, as in every process that predicts."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits

from mlspec.runtime import threads


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, threadpool_limits(1):
        pinned = threading.Event()
        pinned.set()
        patch.setattr(threads, "_pinned", pinned)
        yield
