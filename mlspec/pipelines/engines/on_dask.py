"""A Dask cluster: its client, kept to bytes. Dask itself gives the task of a lost worker to another one, which tells us that it began."""

from __future__ import annotations

import contextlib
import logging
import secrets
import warnings
from functools import partial
from typing import Any

from mlspec.pipelines.engines.clusters import CONNECT_SECONDS, Again, Done, Outcome, in_time, without_address
from mlspec.pipelines.engines.worker import perform


class DaskCluster:
    """Reached when it is made. Raises Unreachable; ModuleNotFoundError without the extra `dask`."""

    def __init__(self, address: str) -> None:
        from distributed import Client

        _hush()
        self._address, self._topic = address, f"mlspec-{secrets.token_hex(8)}"
        self._again: dict[str, Again] = {}
        self._begun: dict[str, int] = {}
        self._futures: list[Any] = []
        self._client: Any = in_time(partial(self._reached, Client, address), address, CONNECT_SECONDS + 5)

    def _reached(self, make: Any, address: str) -> Any:
        """The client. Its own time-out comes first, and ends with the TCP connection."""
        client = make(address, timeout=CONNECT_SECONDS, set_as_default=False, name="mlspec")
        client.subscribe_topic(self._topic, self._told)
        return client

    def submit(self, content: bytes, digest: str, done: Done, again: Again) -> None:
        """Send a task; see `Cluster.submit`."""
        key = f"mlspec-{digest[:16]}-{secrets.token_hex(4)}"
        self._again[key] = again
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large graphs: the task is what is large
            future = self._client.submit(on_worker, content, digest, self._topic, key, key=key, pure=False)
        self._futures.append(future)
        future.add_done_callback(lambda ended: done(self._outcome(ended)))

    def size(self) -> int | None:
        """How many workers it has now."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def close(self) -> None:
        """Withdraw what has not ended, and leave."""
        with contextlib.suppress(Exception):
            self._client.cancel([f for f in self._futures if not f.done()])
        with contextlib.suppress(Exception):
            self._client.close(timeout=5)

    def _told(self, event: tuple[float, Any]) -> None:
        """A worker began: the second time, the one before was lost."""
        key = str(event[1].get("key")) if isinstance(event[1], dict) else ""
        if key in self._again:
            self._begun[key] = self._begun.get(key, 0) + 1
            if self._begun[key] > 1:
                self._again[key](self._begun[key])

    def _outcome(self, ended: Any) -> Outcome:
        from distributed.scheduler import KilledWorker

        try:
            if ended.status == "finished":
                content = ended.result(timeout=CONNECT_SECONDS)
                return Outcome("answer", content) if isinstance(content, bytes) else Outcome("refused", why="it returned no bytes")
            error = ended.exception(timeout=CONNECT_SECONDS)
        except BaseException as failure:  # noqa: BLE001 - a cancelled future raises CancelledError, which is no Exception
            return Outcome("refused", why=f"its scheduler is gone ({type(failure).__name__})")
        if isinstance(error, KilledWorker):
            return Outcome("lost", final=True)
        return Outcome("refused", why=f"{type(error).__name__}: {without_address(str(error), self._address)}")


def on_worker(content: bytes, digest: str, topic: str, key: str) -> bytes:
    """What Dask calls on the worker, by this name."""
    from distributed import get_worker

    get_worker().log_event(topic, {"key": key})
    return perform(content, digest)


def _hush() -> None:
    """Its log names addresses, and tells of lost connections with a traceback: what matters is told by us."""
    for name in ("distributed", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
