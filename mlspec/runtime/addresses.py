"""Whether anything listens at an address, in bounded time."""

from __future__ import annotations

import socket


def knock(host: str, port: int, seconds: float) -> str | None:
    """Why a port of a host does not answer, without naming them; None where something listens."""
    try:
        socket.create_connection((host.strip("[]"), port), seconds).close()
    except OSError as error:
        return "nothing listens there" if isinstance(error, ConnectionRefusedError) else type(error).__name__
    return None
