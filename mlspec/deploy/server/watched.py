"""The outermost layer: a request's id, its time, the access log; and while the server drains, clients are asked to reconnect."""

from __future__ import annotations

import os
import re
import time
from typing import Any

from mlspec.deploy.server.access import AccessLog
from mlspec.deploy.server.http import App, Message, Receive, Send
from mlspec.deploy.server.metrics import NO_MODEL, Label, Metrics

_SANE_ID = re.compile(rb"[A-Za-z0-9._:+/=-]{1,128}")


class Watched:
    """An ASGI application around another. While `draining`, every answer closes its connection: the next goes to the successor."""

    def __init__(self, app: App, metrics: Metrics, access: AccessLog | None = None) -> None:
        self.app = app
        self.metrics = metrics
        self.access = access
        self.draining = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        given = request_id(scope)
        seen: dict[str, Any] = {"id": given.decode(), "label": NO_MODEL}
        scope["mlspec"] = seen

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-request-id", given))
                if self.draining:
                    message["headers"].append((b"connection", b"close"))
                self.count(scope, seen["id"], seen["label"], message["status"], time.perf_counter() - started)
            await send(message)

        await self.app(scope, receive, watch)

    def count(self, scope: Message, given: str, label: Label, status: int, seconds: float) -> None:
        """A request is answered: for the metrics, and the access log."""
        path, (model, version) = scope["path"], label
        if path.endswith(("/infer", ":predict")):
            self.metrics.observe(label, status, seconds)
        if self.access:
            self.access.write(
                {
                    "id": given,
                    "client": (scope.get("client") or ("",))[0],
                    "method": scope["method"],
                    "path": path[:500],
                    "status": status,
                    "seconds": round(seconds, 6),
                    **({"model": model, "version": version} if model else {}),
                }
            )


def request_id(scope: Message) -> bytes:
    """The client's own where it is sane (a proxy's, most likely), else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return bytes(value)
    return os.urandom(8).hex().encode()
