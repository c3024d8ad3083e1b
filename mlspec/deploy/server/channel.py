"""Calls between a supervisor and one of its workers, both ways, over a pair of sockets: a line of JSON each."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from mlspec.deploy.server.told import heard, told, told_of_a_bug
from mlspec.diagnostics import Problems

log = logging.getLogger("mlspec.server")
Handler = Callable[[str, Any], Awaitable[Any]]
LARGEST_LINE = 1 << 24


class Channel:
    """One end. `handler(verb, data)` answers the other side's calls, one after the other as they come, each in a task of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
        self._reader, self._writer, self._handler = reader, writer, handler
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.closed = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, end: socket.socket, handler: Handler) -> Channel:
        """The end of a connected Unix socket."""
        reader, writer = await asyncio.open_unix_connection(sock=end, limit=LARGEST_LINE)
        return cls(reader, writer, handler)

    async def call(self, verb: str, data: Any = None, seconds: float | None = None) -> Any:
        """What the other side's handler returns. Raises Problems as it does, ConnectionError when it is gone, TimeoutError."""
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._send({"call": number, "verb": verb, "data": data})
            async with asyncio.timeout(seconds):
                return await future
        finally:
            self._waiting.pop(number, None)

    def close(self) -> None:
        self._writer.close()

    def _send(self, message: dict[str, Any]) -> None:
        if self.closed.is_set():
            raise ConnectionError("the other process is gone")
        self._writer.write(json.dumps(message).encode() + b"\n")

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                self._take(json.loads(line))
        except (OSError, ValueError):
            log.debug("a channel broke", exc_info=True)
        self.closed.set()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the other process is gone"))

    def _take(self, message: dict[str, Any]) -> None:
        if "call" in message:
            task = asyncio.create_task(self._answer(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        future = self._waiting.get(message["to"])
        if future is None or future.done():
            return
        if (wrong := message.get("problems")) is not None:
            future.set_exception(heard(wrong))
        else:
            future.set_result(message["value"])

    async def _answer(self, message: dict[str, Any]) -> None:
        try:
            answer = {"value": await self._handler(message["verb"], message["data"])}
        except Problems as found:
            answer = told(found)
        except Exception as error:
            log.exception("%s failed", message["verb"])
            answer = told_of_a_bug(f"a worker failed: {type(error).__name__}: {error}"[:300])
        if not self.closed.is_set():
            self._send({"to": message["call"], **answer})
