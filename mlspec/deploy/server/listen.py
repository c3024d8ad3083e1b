"""Where the server's listening socket comes from: its predecessor, or the system."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import time

from mlspec.deploy.process import listener_of, stop_process
from mlspec.deploy.server.config import ServerConfig
from mlspec.deploy.server.control import Takeover
from mlspec.diagnostics import Problems, problem

BACKLOG = 2048
SETTLING_SECONDS = 1.0
HUNG_SECONDS = 5.0
"""Seconds that a server gets to end on SIGTERM after it did not even answer its successor."""
log = logging.getLogger("mlspec.server")


def obtain(config: ServerConfig) -> tuple[socket.socket, Takeover | None]:
    """Return the listening socket, and the takeover to finish once we serve.

    When the running server can't hand over (its control socket is gone), it is ended and its address bound anew: a pause of
    a moment, which only comes once the new model is loaded and checked. Raises MLS0805 when the address can't be had.
    """
    patience = config.drain_seconds
    if config.takeover:
        try:
            takeover = Takeover(config.takeover)
            return takeover.receive(), takeover
        except OSError as error:
            log.warning("no hand-over (%s): the running server is stopped first", error)
            patience = HUNG_SECONDS if isinstance(error, TimeoutError) else patience
    if config.evict:
        stop_process(config.evict, patience)
    return _bind_any(config), None


def _bind_any(config: ServerConfig) -> socket.socket:
    if not config.any_port or not config.port:
        return bind(config.host, config.port)
    with contextlib.suppress(Problems):
        return bind(config.host, config.port)
    return bind(config.host, 0)


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises MLS0805 when the address can't be had within a second.

    The second is for a process that was just killed: its sockets may outlive its main thread by a moment.
    """
    end = time.monotonic() + SETTLING_SECONDS
    while True:
        try:
            return _listen(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > end:
                raise _refused(host, port, error) from error
        time.sleep(0.05)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: asyncio sets TCP_NODELAY by it
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _refused(host: str, port: int, error: OSError) -> Problems:
    if error.errno == errno.EADDRINUSE:
        owner = listener_of(port)
        message = f"port {port} of {host} is taken by {owner or 'another process'}"
        return problem("MLS0805", message, help="stop that process, or give the DeploymentTarget another port (0: any free one)")
    if error.errno == errno.EACCES:
        return problem("MLS0805", f"this user may not listen on port {port}", help="use a port above 1023")
    return problem("MLS0805", f"can't listen on {host}, port {port}: {error.strerror}", help="`host` must be an address of this machine")
