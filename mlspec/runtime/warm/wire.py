"""What goes over the socket: a length, then JSON. To the server a pipe's end comes with the length; from it there are no files."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

_LENGTH = struct.Struct("=Q")


def ask(to: socket.socket, message: Mapping[str, Any], output: int | None = None) -> None:
    """Send a message, and with it the end of a pipe. Raises OSError when nobody is there."""
    body = json.dumps(message).encode()
    socket.send_fds(to, [_LENGTH.pack(len(body))], [] if output is None else [output])
    to.sendall(body)


def heard(asker: socket.socket) -> tuple[dict[str, Any], int] | None:
    """One message and the file that came with it (-1: none); None when the other end is closed."""
    try:
        head, files, _, _ = socket.recv_fds(asker, _LENGTH.size, 1)
        body = _all(asker, _LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else None
    except OSError:
        return None
    return None if body is None else (json.loads(body), files[0] if files else -1)


def say(asker: socket.socket, message: Mapping[str, Any]) -> None:
    """Send a message to whoever asks; if nobody does any more, the next look at the socket will tell."""
    with contextlib.suppress(OSError):
        asker.sendall(json.dumps(message).encode() + b"\n")


def _all(sock: socket.socket, length: int) -> bytes | None:
    parts: list[bytes] = []
    while length:
        part = sock.recv(min(length, 1 << 16))
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
