"""One server, in order: verify, load, check golden rows, get the socket, accept, say that it is ready; then hand over or end.

It answers by itself (`Host`), or with several workers (`Crew`); both can do the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from mlspec.deploy.process import is_server
from mlspec.deploy.server.config import ModelConfig, ServerConfig
from mlspec.deploy.server.control import ControlSocket, remove_control
from mlspec.deploy.server.fingerprint import fingerprint
from mlspec.deploy.server.listen import obtain
from mlspec.deploy.state import read_state

LOOK_SECONDS = 5.0
log = logging.getLogger("mlspec.server")


class Serving(Protocol):
    """What answers requests: `Host` or `Crew`."""

    async def start(self, listener: socket.socket) -> None: ...

    async def pause(self) -> None: ...

    async def resume(self) -> None: ...

    async def release(self) -> None: ...

    async def drain(self) -> None: ...

    async def stop(self) -> None: ...

    async def load(self, models: Sequence[ModelConfig]) -> list[str]: ...

    async def remove(self, model: str) -> None: ...

    async def ended(self) -> None: ...

    @property
    def is_ending(self) -> bool: ...


def run(config: ServerConfig, config_file: Path, ready: Callable[[], None]) -> None:
    """Serve until told to stop. `ready` is called once the ready files are written. Raises Problems when it can't serve."""
    try:
        if config.workers > 1:
            asyncio.run(_with_workers(config, config_file, ready))
        else:
            _alone(config, ready)
    finally:
        remove_control(Path(config.control))


def _alone(config: ServerConfig, ready: Callable[[], None]) -> None:
    from mlspec.deploy.server.host import Host, run_loop

    marks = fingerprint(config.guard, Path(config.root))
    host = Host(config)
    run_loop(Server(config, host, marks).serve(ready))


async def _with_workers(config: ServerConfig, config_file: Path, ready: Callable[[], None]) -> None:
    from mlspec.deploy.server.crew import Crew

    marks = fingerprint(config.guard, Path(config.root))
    crew = Crew(config, config_file)
    await crew.open()
    await Server(config, crew, marks).serve(ready)


class Server:
    """What is loaded, on a listener that can be handed over. `marks`: the fingerprint of its tokens and certificate."""

    def __init__(self, config: ServerConfig, answering: Serving, marks: str | None) -> None:
        self.config, self.answering = config, answering
        self._marks = marks
        self._models = {model.model: model for model in config.models}
        self._stopping: asyncio.Task[None] | None = None
        self._paused = False

    async def serve(self, ready: Callable[[], None]) -> None:
        """Take the socket, accept, write the ready files, then wait for the end or a successor."""
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, self._stop)
        self.listener, takeover = obtain(self.config)
        await self.answering.start(self.listener.dup())
        control = ControlSocket(Path(self.config.control), self.listener, self)
        await asyncio.sleep(0.01)  # a signal that came meanwhile
        if self._stopping or self.answering.is_ending:
            raise RuntimeError("told to end before it served: the one before goes on")
        for model in self.config.models:
            self._write_ready(model)
        if takeover:
            takeover.finish()
        elif self.config.retire:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.config.retire, signal.SIGTERM)
        ready()
        for model in self.config.models:
            log.warning("%s %s (%s) serves on port %s", model.model, model.version, model.digest, self._address()[1])
        waiting = [asyncio.create_task(control.wait()), asyncio.create_task(self._let_go())]
        await self.answering.ended()
        for task in waiting:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _let_go(self) -> None:
        """Forget models whose state files name another server that lives: whoever brought them there may be gone before it told us."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for model in list(self._models.values()):
                state = read_state(Path(model.ready_file))
                if state and state.pid != os.getpid() and not self._paused and is_server(state.pid, state.config):
                    log.warning("%s is served by process %d now", model.model, state.pid)
                    await self.remove(model.model)

    async def pause(self) -> None:
        self._paused = True
        await self.answering.pause()

    async def resume(self) -> None:
        self._paused = False
        await self.answering.resume()

    async def release(self) -> None:
        self.listener.close()
        await self.answering.release()

    async def drain(self) -> None:
        await self.answering.drain()

    async def load(self, models: Sequence[ModelConfig]) -> list[str]:
        """Serve these models, too, or in place of what has their names, and write their ready files. Returns what is stale."""
        stale = await self.answering.load(models)
        for model in () if stale else models:
            self._models[model.model] = model
            self._write_ready(model)
        return stale

    async def remove(self, model: str) -> None:
        """Forget a model; with the last one, end."""
        self._models.pop(model, None)
        if self._models:
            await self.answering.remove(model)
        else:
            self._stop()

    def _stop(self) -> None:
        self._stopping = self._stopping or asyncio.create_task(self.answering.stop())

    def _address(self) -> tuple[str, int]:
        host, port = self.listener.getsockname()[:2]
        return str(host), int(port)

    def _write_ready(self, model: ModelConfig) -> None:
        from mlspec.diagnostics.atomic import write_json

        facts = {"pid": os.getpid(), "port": self._address()[1], "startedAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        settings = {"host": self.config.host, "control": self.config.control, "workers": self.config.workers}
        served = {k: getattr(model, k) for k in ("model", "version", "digest")}
        guard = {"tls": self.config.guard.certificate is not None, **({"marks": self._marks} if self._marks else {})}
        online = {} if model.online is None else {"online": model.online}
        write_json(Path(model.ready_file), {**model.record, **settings, **served, **guard, **online, **facts})
