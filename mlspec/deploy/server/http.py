"""A request and an answer, straight on ASGI: a framework's router and wrappers cost as much as the rest of the server together."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.deploy.server.errors import ClientGone

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

JSON, TEXT, HTML = "application/json", "text/plain; version=0.0.4; charset=utf-8", "text/html; charset=utf-8"


class Request:
    """What a client asks. `scope` is ASGI's; its body is read once, by `stream`."""

    def __init__(self, scope: Message, receive: Receive) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._receive = receive
        self._seen: dict[str, Any] = scope.get("mlspec") or {"id": "-"}

    @property
    def id(self) -> str:
        """As it stands in the answer and in the logs."""
        return str(self._seen["id"])

    def count_under(self, label: tuple[str, str]) -> None:
        """Say which model and version is asked: the metrics and the access log name it."""
        self._seen["label"] = label

    def header(self, name: bytes) -> str | None:
        """One header, by its name in lower case, without looking at the others twice."""
        return next((value.decode("latin-1") for known, value in self.scope["headers"] if known == name), None)

    async def part(self) -> tuple[bytes, bool]:
        """The next part of the body, and whether there are more. Raises ClientGone."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message.get("body", b""), message.get("more_body", False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back; length and type are added to `headers`."""

    body: bytes
    status: int = 200
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, send: Send) -> None:
        fixed = [(b"content-type", self.media_type.encode()), (b"content-length", b"%d" % len(self.body))]
        more = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": fixed + more})
        await send({"type": "http.response.body", "body": self.body})


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return Answer(text.encode(errors="replace"), status, headers=headers or {})


def refusal(message: str, status: int, headers: Mapping[str, str] | None = None) -> Answer:
    """`{"error": "…"}`, as the Open Inference Protocol has it."""
    return as_json({"error": message}, status, headers)
