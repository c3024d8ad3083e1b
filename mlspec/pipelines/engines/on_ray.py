"""A Ray cluster: its driver, kept to bytes. A task whose worker died is ours to send again, so that it is told."""

from __future__ import annotations

import contextlib
import logging
import os
from functools import partial
from typing import Any

from mlspec.pipelines.engines.clusters import CONNECT_SECONDS, Again, Done, Outcome, in_time, without_address
from mlspec.pipelines.engines.worker import perform


class RayCluster:
    """Reached when it is made. Raises Unreachable; ModuleNotFoundError without the extra `ray`."""

    def __init__(self, address: str) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # unset, it warns on every start
        import ray

        self._ray, self._address, self._futures = ray, address, list[Any]()
        self._ours = not ray.is_initialized()
        if self._ours:
            self._begin()
        self._perform: Any = ray.remote(perform).options(max_retries=0)

    def _begin(self) -> None:
        begin = partial(self._ray.init, address=self._address, log_to_driver=False, logging_level=logging.CRITICAL)
        in_time(begin, self._address, CONNECT_SECONDS)

    def submit(self, content: bytes, digest: str, done: Done, again: Again) -> None:
        """Send a task; see `Cluster.submit`. Ray tries nothing again here."""
        del again
        reference = self._perform.remote(content, digest)
        self._futures.append(reference)
        reference.future().add_done_callback(lambda ended: done(self._outcome(ended)))

    def size(self) -> int | None:
        """How many processors it has: that many tasks run at once."""
        return int(self._ray.cluster_resources().get("CPU", 0))

    def close(self) -> None:
        """Withdraw what has not ended, and leave."""
        with contextlib.suppress(Exception):
            _, running = self._ray.wait(self._futures, num_returns=len(self._futures), timeout=0) if self._futures else ([], [])
            for reference in running:
                self._ray.cancel(reference, force=True)
        if self._ours:
            with contextlib.suppress(Exception):
                self._ray.shutdown()

    def _outcome(self, ended: Any) -> Outcome:
        from ray import exceptions

        error = ended.exception()
        if error is None:
            content = ended.result()
            return Outcome("answer", content) if isinstance(content, bytes) else Outcome("refused", why="it returned no bytes")
        lost = (
            exceptions.WorkerCrashedError,
            exceptions.NodeDiedError,
            exceptions.LocalRayletDiedError,
            exceptions.OutOfMemoryError,
            exceptions.ObjectLostError,
        )
        if isinstance(error, lost):
            return Outcome("lost")
        return Outcome("refused", why=f"{type(error).__name__}: {without_address(str(error), self._address)}")
