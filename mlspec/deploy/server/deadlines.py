"""Deadlines on connections: uvicorn has one between requests only, so a slow client could keep a connection for ever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mlspec.deploy.server.config import Limits

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol

_FULL = b'{"error":"the server has too many connections: try again in a moment"}'
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\nConnection: close\r\n"
_REFUSAL += b"Content-Length: %d\r\n\r\n%b" % (len(_FULL), _FULL)


def http_protocol(limits: Limits) -> type[H11Protocol]:  # noqa: C901 - a class of short methods, inside because uvicorn is imported late
    """Return uvicorn's HTTP/1.1 protocol, with `limits`: how many connections, how long for a header, how long to read an answer.

    The deadline of a body is kept where bodies are read (see `Bodies`): there it can be answered.
    """
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Protocol(H11Protocol):
        _header: asyncio.TimerHandle | None = None
        _unread: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            transport.set_write_buffer_limits(0)  # so that `pause_writing` tells of every byte the client leaves unread
            self._await_header()
            if len(self.connections) > limits.connections:
                transport.write(_REFUSAL)
                transport.close()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._await_header()

        def _await_header(self) -> None:
            """Start the clock when we wait for a header (or for the rest of a body that is answered already), else stop it."""
            if self.cycle is not None and not self.cycle.response_complete:
                self._header = _cancelled(self._header)
            elif self._header is None:
                self._header = self.loop.call_later(limits.header_seconds, self._header_is_late)

        def _header_is_late(self) -> None:
            self._header = None
            if self.cycle is None or self.cycle.response_complete:
                self.transport.abort()

        def on_response_complete(self) -> None:
            super().on_response_complete()  # this starts the clock for idle connections
            self._header = _cancelled(self._header)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._unread = self._unread or self.loop.call_later(limits.answer_seconds, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            self._unread = _cancelled(self._unread)

        def connection_lost(self, exc: Exception | None) -> None:
            self._header, self._unread = _cancelled(self._header), _cancelled(self._unread)
            super().connection_lost(exc)

    return Protocol


def _cancelled(timer: asyncio.TimerHandle | None) -> Any:
    """Cancel a timer, if there is one; return None."""
    if timer is not None:
        timer.cancel()
