"""Accepts connections from a listening socket that other processes may share, and can stop without losing one.

One connection a turn: what several processes wait for goes round among them. What was accepted is served; what was not yet waits in the
socket's queue, for whoever accepts next.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Callable

log = logging.getLogger("mlspec.server")
SCARCE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
REST_SECONDS = 0.5
"""How long nothing is accepted after the system was out of file handles."""
MOST_SHAKING = 256
"""TLS handshakes under way: they are no connections yet, and have no other limit."""


class Acceptor:
    """`protocol` makes one for each connection. It owns `listener`, which is closed by `close`."""

    def __init__(
        self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol], tls: ssl.SSLContext | None = None, handshake: float = 10.0
    ) -> None:
        listener.setblocking(False)
        self._listener, self._protocol = listener, protocol
        self._tls = {"ssl": tls, "ssl_handshake_timeout": handshake} if tls else {}
        self._joining: set[asyncio.Task[None]] = set()
        self._wanted = False
        self._listening = False

    def start(self) -> None:
        self._wanted = True
        self._listen()

    async def pause(self) -> None:
        """Accept no more, and wait until what was accepted has become a connection (a handshake of TLS may take its time, and is not)."""
        self._wanted = False
        self._deafen()
        if self._joining and not self._tls:
            await asyncio.wait(self._joining)

    def close(self) -> None:
        self._wanted = False
        self._deafen()
        self._listener.close()

    def _listen(self) -> None:
        if self._wanted and not self._listening:
            asyncio.get_running_loop().add_reader(self._listener.fileno(), self._accept)
            self._listening = True

    def _deafen(self) -> None:
        if self._listening:
            asyncio.get_running_loop().remove_reader(self._listener.fileno())
            self._listening = False

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was faster, or the client is gone
        except OSError as error:
            if error.errno not in SCARCE:
                raise
            log.warning("can't accept: %s", error.strerror)
            self._deafen()
            asyncio.get_running_loop().call_later(REST_SECONDS, self._listen)
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = asyncio.get_running_loop().create_task(self._join(connection))
        self._joining.add(task)
        task.add_done_callback(self._joined)
        if len(self._joining) >= MOST_SHAKING:
            self._deafen()

    async def _join(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            with contextlib.suppress(OSError, TimeoutError):  # a client that spoke no TLS, or went away
                await loop.connect_accepted_socket(self._protocol, connection, **self._tls)  # type: ignore[arg-type]
                return
        except BaseException:
            connection.close()
            raise
        connection.close()

    def _joined(self, task: asyncio.Task[None]) -> None:
        self._joining.discard(task)
        if self._wanted and not self._listening and len(self._joining) < MOST_SHAKING // 2:
            self._listen()
