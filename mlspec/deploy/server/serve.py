"""One server process, in order: verify, load, check golden rows, get the socket, accept, say that it is ready; then hand over or end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.deploy.server.app import Endpoints, create_app
from mlspec.deploy.server.config import ServerConfig
from mlspec.deploy.server.control import ControlSocket, remove_control
from mlspec.deploy.server.deadlines import http_protocol
from mlspec.deploy.server.listen import obtain
from mlspec.deploy.server.metrics import Metrics
from mlspec.deploy.server.model import open_model
from mlspec.deploy.server.watched import Watched

if TYPE_CHECKING:
    import uvicorn

log = logging.getLogger("mlspec.server")


def run(config: ServerConfig, ready: Callable[[], None]) -> None:
    """Serve until told to stop. `ready` is called once the ready file is written. Raises Problems when it can't serve."""
    from mlspec.runtime.context import add_root

    add_root(Path(config.root))
    model = open_model(Path(config.folder), config.digest, config.model, config.version)
    metrics = Metrics(config.model, config.version)
    app = Watched(create_app(Endpoints(model, metrics, config.limits, config.threads)), metrics)
    try:
        asyncio.run(Host(config, app).serve(ready))
    finally:
        remove_control(Path(config.control))


class Host:
    """Runs uvicorn on a listener that can be handed over."""

    def __init__(self, config: ServerConfig, app: Watched) -> None:
        self.config = config
        self.app = app
        self.uvicorn = _uvicorn(app, config)
        self.uvicorn.handle_exit = self._on_signal  # type: ignore[method-assign, assignment]

    async def serve(self, ready: Callable[[], None]) -> None:
        """Take the socket, accept, write the ready file, then wait for the end or a successor."""
        self.listener, takeover = obtain(self.config)
        serving = asyncio.create_task(self.uvicorn.serve(sockets=[self.listener.dup()]))
        while not self.uvicorn.started:
            if serving.done():
                raise RuntimeError("uvicorn did not start") from serving.exception()
            await asyncio.sleep(0.002)
        control = ControlSocket(Path(self.config.control), self.listener, self)
        if self.uvicorn.should_exit:
            raise RuntimeError("told to end before it served: the one before goes on")
        self._write_ready()
        if takeover:
            takeover.finish()
        elif self.config.retire:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.config.retire, signal.SIGTERM)
        ready()
        log.warning("%s %s (%s) serves on port %s", self.config.model, self.config.version, self.config.digest, self._address()[1])
        successor = asyncio.create_task(control.wait())
        await serving
        successor.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await successor

    async def pause(self) -> None:
        """Stop accepting. What was accepted is still answered; new connections wait in the listener's queue."""
        loop = asyncio.get_running_loop()
        for server in self.uvicorn.servers:
            for listening in server.sockets:
                loop.remove_reader(listening.fileno())
        # a connection accepted a moment ago joins its asyncio server in the loop's next turn, and is lost if that is closed by then
        await asyncio.sleep(0.01)
        for server in self.uvicorn.servers:
            server.close()

    async def resume(self) -> None:
        """Accept again: the successor did not make it."""
        log.warning("the successor did not take over: accepting again")
        await self.uvicorn.startup(sockets=[self.listener.dup()])

    def release(self) -> None:
        """The successor serves: from now on every answer closes its connection, and SIGTERM hurries nothing.

        Our end of the listener is closed: should the successor die while we drain, its heir finds the address free.
        """
        self.app.draining = True
        self.listener.close()

    async def drain(self) -> None:
        """Answer what comes on open connections, let idle ones run out, then end; at the latest after `drain_seconds`."""
        _end_anyway(self.config.drain_seconds + 10)
        end = asyncio.get_running_loop().time() + self.config.drain_seconds
        while self.uvicorn.server_state.connections and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - nor for this
            await asyncio.sleep(0.05)
        self.uvicorn.should_exit = True

    def _on_signal(self, _: int, __: Any) -> None:
        """SIGTERM and SIGINT end the server gracefully; while it drains it is ending already."""
        if not self.app.draining:
            self.uvicorn.should_exit = True

    def _address(self) -> tuple[str, int]:
        host, port = self.listener.getsockname()[:2]
        return str(host), int(port)

    def _write_ready(self) -> None:
        from mlspec.diagnostics.atomic import write_json

        facts = {"pid": os.getpid(), "port": self._address()[1], "startedAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        settings = {k: getattr(self.config, k) for k in ("host", "model", "version", "digest", "control")}
        write_json(Path(self.config.ready_file), {**self.config.record, **settings, **facts})


def _end_anyway(seconds: float) -> None:
    """End the process after `seconds` even when its event loop hangs."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()


def _uvicorn(app: Watched, config: ServerConfig) -> uvicorn.Server:
    import uvicorn

    settings = uvicorn.Config(
        app,
        lifespan="off",
        loop="asyncio",  # `pause` depends on how asyncio accepts
        http=http_protocol(config.limits),
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=max(1, int(config.limits.idle_seconds)),
        timeout_graceful_shutdown=int(config.drain_seconds),
    )
    settings.load()
    return uvicorn.Server(settings)
