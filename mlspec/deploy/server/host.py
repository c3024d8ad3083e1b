"""One process that answers: its models, uvicorn on connections that we accept, and how it starts, swaps and ends."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.deploy.server.accept import Acceptor
from mlspec.deploy.server.access import AccessLog
from mlspec.deploy.server.app import Endpoints, create_app
from mlspec.deploy.server.by_key import Addresses
from mlspec.deploy.server.code import Code
from mlspec.deploy.server.config import ModelConfig, ServerConfig
from mlspec.deploy.server.deadlines import http_protocol, parser
from mlspec.deploy.server.metrics import Metrics, page
from mlspec.deploy.server.model import ServedModel, open_model
from mlspec.deploy.server.models import Models
from mlspec.deploy.server.quick import Quick
from mlspec.deploy.server.tls import tls_context
from mlspec.deploy.server.tokens import Tokens, read_tokens
from mlspec.deploy.server.watched import Watched

if TYPE_CHECKING:
    import uvicorn

log = logging.getLogger("mlspec.server")


class Host:
    """Loads before it serves: nothing is accepted until every model's bytes were compared and its golden rows answered.

    `gather`: where the page of /metrics comes from, when this process is one of several.
    """

    def __init__(self, config: ServerConfig, gather: Callable[[], Awaitable[str]] | None = None) -> None:
        from mlspec.runtime.context import add_root

        root = Path(config.root)
        add_root(root)
        self.config, self.code = config, Code(root)
        tokens = Tokens(_taken(config.guard.tokens)) if config.guard.tokens else None
        self.tls = tls_context(config.guard, root)
        self.metrics = Metrics()
        self.addresses = Addresses()
        self.models = Models(self._open(config.models), config.batching, config.cached_answers, self.metrics.watch)
        self.code.remember()
        self._prepared: list[ServedModel] = []
        endpoints = Endpoints(self.models, gather or self._page, config.limits, config.threads)
        access = AccessLog(Path(config.access_log)) if config.access_log else None
        self.app = Watched(create_app(endpoints, tokens), self.metrics, access)
        self.uvicorn = _uvicorn(self.app, config, Quick(endpoints, tokens, self.app))
        self.acceptor: Acceptor | None = None
        self._serving: asyncio.Task[None] | None = None

    def _open(self, models: Sequence[ModelConfig]) -> list[ServedModel]:
        self.addresses.take([m.online for m in models])
        return [open_model(Path(m.folder), m.digest, m.model, m.version, online=m.online, addresses=self.addresses) for m in models]

    async def _page(self) -> str:
        return page(self.metrics.snapshot())

    async def start(self, listener: socket.socket) -> None:
        """Accept from a listener, which is ours from now on."""
        if self._serving is None:
            self._serving = asyncio.create_task(self.uvicorn.serve(sockets=[]))
            while not self.uvicorn.started:
                if self._serving.done():
                    raise RuntimeError("uvicorn did not start") from self._serving.exception()
                await asyncio.sleep(0.002)
        self.acceptor = Acceptor(listener, self._connection, self.tls, self.config.limits.header_seconds)
        self.acceptor.start()

    def _connection(self) -> asyncio.Protocol:
        settings = self.uvicorn.config
        made: asyncio.Protocol = settings.http_protocol_class(  # type: ignore[call-arg]
            config=settings, server_state=self.uvicorn.server_state, app_state={}
        )
        return made

    async def pause(self) -> None:
        """Stop accepting. What was accepted is still answered; new connections wait in the listener's queue."""
        if self.acceptor:
            await self.acceptor.pause()

    async def resume(self) -> None:
        """Accept again: the successor did not make it."""
        log.warning("the successor did not take over: accepting again")
        if self.acceptor:
            self.acceptor.start()

    async def release(self) -> None:
        """The successor serves: from now on every answer closes its connection, and SIGTERM hurries nothing.

        Our end of the listener is closed: should the successor die while we drain, its heir finds the address free.
        """
        self.app.draining = True
        if self.acceptor:
            self.acceptor.close()

    async def drain(self) -> None:
        """Answer what comes on open connections, let idle ones run out, then end; at the latest after `drain_seconds`."""
        end_anyway(self.config.drain_seconds + 10)
        end = asyncio.get_running_loop().time() + self.config.drain_seconds
        while self.uvicorn.server_state.connections and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - nor for this
            await asyncio.sleep(0.05)
        self.uvicorn.should_exit = True

    async def prepare(self, models: Sequence[ModelConfig]) -> list[str]:
        """Load models beside those that serve, and check them; return files of the project's code that are not what was imported.

        With such a file nothing is loaded: the new model would run by the old code. Raises Problems when one does not load.
        """
        loop = asyncio.get_running_loop()
        if stale := await loop.run_in_executor(None, self.code.stale):
            return stale
        self._prepared = await loop.run_in_executor(None, self._open, models)
        self.code.remember()
        return []

    async def load(self, models: Sequence[ModelConfig]) -> list[str]:
        """Serve these models, too, or in place of their names' holders. Returns what is stale (then nothing changed); raises Problems."""
        stale = await self.prepare(models)
        self.commit()
        return stale

    def commit(self) -> None:
        """From now on, what was prepared answers."""
        for model in self._prepared:
            self.models.put(model)
            log.warning("%s %s (%s) serves", model.name, model.version, model.digest)
        self._prepared = []

    async def remove(self, model: str) -> None:
        """Forget a model."""
        self.models.remove(model)

    async def stop(self) -> None:
        """End gracefully; while it drains it is ending already."""
        if not self.app.draining:
            if self.acceptor:
                self.acceptor.close()
            self.uvicorn.should_exit = True

    @property
    def is_ending(self) -> bool:
        return self.uvicorn.should_exit

    async def ended(self) -> None:
        """Wait for the end."""
        if self._serving:
            await self._serving


def _taken(variable: str) -> tuple[str, ...]:
    """The tokens; the code of models, which is loaded later, finds none in its environment."""
    found = read_tokens(variable)
    os.environ.pop(variable, None)
    return found


def end_anyway(seconds: float) -> None:
    """End the process after `seconds` even when its event loop hangs."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()


def _uvicorn(app: Watched, config: ServerConfig, quick: Quick) -> uvicorn.Server:
    """Uvicorn's protocol and its care for what is under way; it accepts nothing, and its signals are ours."""
    import uvicorn

    settings = uvicorn.Config(
        app,
        lifespan="off",
        http=http_protocol(config.limits, parser(quick)),
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=max(1, int(config.limits.idle_seconds)),
        timeout_graceful_shutdown=int(config.drain_seconds),
    )
    settings.load()
    made = uvicorn.Server(settings)
    made.handle_exit = _not_here  # type: ignore[method-assign, assignment]
    return made


def _not_here(*_: Any) -> None:
    """Signals are told to whoever runs the loop (see `Server` and `Worker`), which the loop hears of first."""


def run_loop(work: Awaitable[Any]) -> None:
    """Run on uvloop, which is C, where that is installed; else on asyncio's own loop."""

    async def main() -> None:
        await work

    try:
        import uvloop  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        asyncio.run(main())
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
