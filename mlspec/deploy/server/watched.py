"""The outermost layer: times inference requests, and asks clients to reconnect while the server drains."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mlspec.deploy.server.metrics import Metrics

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Watched:
    """An ASGI application around another. While `draining`, every answer closes its connection: the next goes to the successor."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self.draining = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, counted = time.perf_counter(), str(scope["path"]).endswith("/infer")

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                if counted:
                    self.metrics.observe(message["status"], time.perf_counter() - started)
                if self.draining:
                    message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
            await send(message)

        await self.app(scope, receive, watch)
