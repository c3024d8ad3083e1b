"""Hands a listening socket from a serving process to its successor, over a Unix socket.

    successor                         serving process
    connects            ------------> checks that it is the same user
                        <------------ "listener" and the socket itself
    "take"              ------------> stops accepting; new connections wait in the socket's queue
                        <------------ "paused"
    accepts, "serving"  ------------> drains and ends
                        <------------ "bye"

The socket is open in at least one of the two at every moment, so no connection is refused. When the successor dies before it
says "serving", the old process accepts again.

In place of "take", `mlspec reconcile` may ask for a change to the models that are served, as a line of JSON:
`{"load": [model, ...]}` or `{"remove": name}`. The answer is a line of JSON, too: `{}`, or what speaks against it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import socket
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from mlspec.deploy.server.config import ModelConfig
from mlspec.deploy.server.told import heard, told, told_of_a_bug
from mlspec.diagnostics import Problems

LISTENER, TAKE, PAUSED, SERVING, BYE = b"listener\n", b"take\n", b"paused\n", b"serving\n", b"bye\n"
PATIENCE = 10.0
"""Seconds that one side waits for the other's next word."""
LONGEST_PATH = 100
"""Bytes: a Unix socket's path must fit 108 on Linux and 104 on macOS."""
LARGEST_ORDER = 1 << 20
log = logging.getLogger("mlspec.server")


def control_path() -> Path:
    """Return a fresh path for a control socket, in a new folder that only this user can enter."""
    folder = tempfile.mkdtemp(prefix="mlspec-")
    if len(os.fsencode(folder)) + len("/control") > LONGEST_PATH:
        Path(folder).rmdir()
        folder = tempfile.mkdtemp(prefix="mlspec-", dir="/tmp")
    return Path(folder) / "control"


def remove_control(path: Path) -> None:
    """Remove a control socket and its private folder; anything that does not look like one is left alone."""
    folder = path.parent
    if path.name != "control" or not folder.name.startswith("mlspec-") or folder.is_symlink() or not folder.is_dir():
        return
    if folder.stat().st_uid == os.getuid():
        shutil.rmtree(folder, ignore_errors=True)


def same_user(connection: socket.socket) -> bool:
    """Whether the process at the other end is this user's. Where the system can't tell, the folder's mode already did."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return bool(uid == os.getuid())


class Serving(Protocol):
    """What the control socket asks of the server it belongs to."""

    async def pause(self) -> None: ...

    async def resume(self) -> None: ...

    async def release(self) -> None: ...

    async def drain(self) -> None: ...

    async def load(self, models: Sequence[ModelConfig]) -> list[str]: ...

    async def remove(self, model: str) -> None: ...


class ControlSocket:
    """The serving side: waits for a successor and hands the listener over."""

    def __init__(self, path: Path, listener: socket.socket, serving: Serving) -> None:
        self._listener, self._serving = listener, serving
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(1)

    async def wait(self) -> None:
        """Answer successors one by one, until one has taken over."""
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._socket)
            with connection, contextlib.suppress(OSError, TimeoutError):
                if same_user(connection) and await self._hand_over(connection):
                    break
        self._socket.close()
        await self._serving.drain()

    async def _hand_over(self, connection: socket.socket) -> bool:
        socket.send_fds(connection, [LISTENER], [self._listener.fileno()])
        word = await _word(connection)
        if word.startswith(b"{"):
            await self._obey(connection, word)
        if word != TAKE:
            return False
        await self._serving.pause()
        taken = False
        try:
            await asyncio.get_running_loop().sock_sendall(connection, PAUSED)
            taken = await _word(connection) == SERVING
        finally:
            if not taken:
                await self._serving.resume()
        if not taken:
            return False
        await self._serving.release()
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().sock_sendall(connection, BYE)
        return True

    async def _obey(self, connection: socket.socket, order: bytes) -> None:
        """Change what is served. Once begun it is done, also when whoever asked is gone."""
        while not order.endswith(b"\n") and len(order) < LARGEST_ORDER:
            order += await _word(connection, 65536) or b"\n"
        answer = await answered(self._serving, order)
        await asyncio.get_running_loop().sock_sendall(connection, json.dumps(answer).encode() + b"\n")


async def answered(serving: Serving, order: bytes) -> dict[str, Any]:
    """Carry out an order: {} when it is done, {"stale": files} or {"problems": [...]} when nothing was changed."""
    try:
        asked = json.loads(order)
        if "remove" in asked:
            await serving.remove(str(asked["remove"]))
            return {}
        stale = await serving.load([ModelConfig(**model) for model in asked["load"]])
    except Problems as found:
        log.warning("not loaded: %s", "; ".join(d.message for d in found.diagnostics))
        return told(found)
    except Exception as error:
        log.exception("an order failed")
        return told_of_a_bug(f"the server failed to do so: {type(error).__name__}")
    return {"stale": stale} if stale else {}


def order(path: str, what: dict[str, Any], seconds: float) -> list[str]:
    """Ask a serving process for a change. Returns what of its code is stale (then nothing was changed).

    Raises Problems (why it was refused), and OSError when it does not answer.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(path)
        if not same_user(connection):
            raise PermissionError("the control socket belongs to another user")
        word, fds, _, _ = socket.recv_fds(connection, 64, 1)
        for fd in fds:
            os.close(fd)
        if word != LISTENER:
            raise ConnectionError("the running server takes no orders")
        connection.settimeout(seconds)
        connection.sendall(json.dumps(what).encode() + b"\n")
        with connection.makefile("rb") as answer:
            line = answer.readline(LARGEST_ORDER)
    if not line:
        raise ConnectionError("the running server ended")
    found = json.loads(line)
    if wrong := found.get("problems"):
        raise heard(wrong)
    return [str(file) for file in found.get("stale", [])]


async def _word(connection: socket.socket, size: int = 64) -> bytes:
    connection.setblocking(False)
    async with asyncio.timeout(PATIENCE):
        return await asyncio.get_running_loop().sock_recv(connection, size)


class Takeover:
    """The successor's side, before it serves. Raises OSError when the old process does not play along."""

    def __init__(self, path: str) -> None:
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connection.settimeout(PATIENCE)
        self._connection.connect(path)

    def receive(self) -> socket.socket:
        """Return the listening socket; the old process accepts nothing from now on."""
        if not same_user(self._connection):
            raise PermissionError("the control socket belongs to another user")
        word, fds, _, _ = socket.recv_fds(self._connection, 64, 1)
        if word != LISTENER or len(fds) != 1:
            raise ConnectionError("the running server hands no socket over")
        listener = socket.socket(fileno=fds[0])
        self._connection.sendall(TAKE)
        if self._connection.recv(64) != PAUSED:
            raise ConnectionError("the running server does not pause")
        return listener

    def finish(self) -> None:
        """Tell the old process that its successor serves. One that no longer listens was ended by somebody else."""
        with self._connection, contextlib.suppress(OSError):
            self._connection.sendall(SERVING)
            self._connection.recv(64)
