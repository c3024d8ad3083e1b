"""Deadlines on connections: uvicorn has one between requests only, so a slow client could keep a connection for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from mlspec.deploy.server.config import Limits
from mlspec.deploy.server.http import Message

LARGEST_HEAD = 65536
_FULL = b'{"error":"the server has too many connections: try again in a moment"}'
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\nConnection: close\r\n"
_REFUSAL += b"Content-Length: %d\r\n\r\n%b" % (len(_FULL), _FULL)


QuickAnswer = Callable[[Message, bytes], tuple[int, bytes] | None]
"""An ASGI scope and a whole body -> a status and what follows the status line, or None."""


def parser(quick: QuickAnswer | None = None) -> Any:
    """Uvicorn's HTTP/1.1 protocol: on httptools, which is C, where that is installed, else on h11, which takes three times as long.

    `quick`: see `with_quick_answers`; h11 goes without.
    """
    if find_spec("httptools"):
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

        made = with_head_limit(HttpToolsProtocol)
        return with_quick_answers(made, quick) if quick else made
    from uvicorn.protocols.http.h11_impl import H11Protocol

    return H11Protocol


def with_head_limit(above: Any) -> Any:
    """Httptools takes headers without end, where h11 refuses more than 64 KiB: so do we."""

    class HeadLimited(above):  # type: ignore[misc]
        _head: int | None = None

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._head = 0

        def on_headers_complete(self) -> None:
            self._head = None
            super().on_headers_complete()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._head is not None:
                self._head += len(data)
                if self._head > LARGEST_HEAD:
                    self.transport.abort()

    return HeadLimited


def with_quick_answers(above: Any, quick: QuickAnswer) -> Any:
    """Httptools' protocol that asks `quick` first, about requests whose body came with their head; what is None goes uvicorn's way.

    Without keep-alive, and behind answers that nobody reads, there is uvicorn's way only. An answer is one write: head and body.
    """
    from uvicorn.protocols.http.httptools_impl import STATUS_LINE

    class AnsweringAtOnce(above):  # type: ignore[misc]
        _receives = False
        _held: tuple[Any, Any] | None = None

        def data_received(self, data: bytes) -> None:
            self._receives = True
            try:
                super().data_received(data)
            finally:
                self._receives = False
                held, self._held = self._held, None
                if held is not None and not (held[1] is self.app and self._answers(held[0])):
                    self._start_asgi_task(*held)

        def _start_asgi_task(self, cycle: Any, app: Any) -> None:
            """Uvicorn calls it when a head is there; whether the body is, too, shows at the end of what was received."""
            if self._receives:
                self._held = cycle, app
            else:
                super()._start_asgi_task(cycle, app)

        def _answers(self, cycle: Any) -> bool:
            waits = cycle.more_body or self.pipeline or self.flow.write_paused or self.transport.is_closing()
            found = None if waits or not cycle.keep_alive else quick(cycle.scope, bytes(cycle.body))
            if found is None:
                return False
            status, rest = found
            fixed = b"".join([b"%b: %b\r\n" % header for header in cycle.default_headers])
            self.transport.write(b"".join((STATUS_LINE[status], fixed, rest)))
            cycle.response_started = cycle.response_complete = True
            cycle.on_response()
            cycle.on_response = _nothing  # as uvicorn does: else cycle and protocol would hold each other
            return True

    return AnsweringAtOnce if hasattr(above, "_start_asgi_task") else above


def http_protocol(limits: Limits, base: Any = None) -> Any:  # noqa: C901 - a class of short methods, inside because uvicorn is imported late
    """Return uvicorn's HTTP/1.1 protocol, with `limits`: how many connections, how long for a header, how long to read an answer.

    The deadline of a body is kept where bodies are read (see `Bodies`): there it can be answered. `base`: what `parser` gave.
    """
    above: Any = base or parser()

    class Protocol(above):  # type: ignore[misc]
        _header: asyncio.TimerHandle | None = None
        _unread: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            # so that `pause_writing` tells of what the client leaves unread; with 0 a transport of TLS pauses, empty, and never resumes
            transport.set_write_buffer_limits(high=1, low=0)
            self._await_header()
            if len(self.connections) > limits.connections:
                transport.write(_REFUSAL)
                transport.close()

        def data_received(self, data: bytes) -> None:
            before = self.cycle
            super().data_received(data)
            if self.cycle is before or not self.cycle.response_complete:  # else answered at once: the clock for idle connections runs
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


def _nothing() -> None:
    """Who is told when an answer was complete long ago."""
