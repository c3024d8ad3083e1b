"""One of several processes that answer for a server: `python -m mlspec.deploy.server.worker --of FILE`, started by its supervisor.

It is told everything over a channel, and ends with its supervisor: when that is gone, it takes no more connections, answers what it has,
and leaves. `FILE` only says to whom it belongs.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from typing import Any

from mlspec.deploy.server.config import ModelConfig, server_config
from mlspec.runtime.threads import pin_process

log = logging.getLogger("mlspec.server")


class Worker:
    """Obeys the verbs of its supervisor (see `Crew`)."""

    def __init__(self, sockets: socket.socket) -> None:
        self._sockets = sockets
        self._host: Any = None
        self._channel: Any = None
        self._ended = asyncio.Event()

    async def run(self, end: socket.socket) -> None:
        from mlspec.deploy.server.channel import Channel

        self._channel = await Channel.open(end, self._obey)
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, self._end)
        ends = [asyncio.create_task(event.wait()) for event in (self._channel.closed, self._ended)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if self._host and not self._ended.is_set():
            await self._host.release()
            draining = asyncio.create_task(self._host.drain())
            await self._host.ended()
            draining.cancel()

    def _end(self) -> None:
        """Ended from outside: gracefully. The supervisor starts another."""
        self._channel.close()

    async def _obey(self, verb: str, data: Any) -> Any:
        match verb:
            case "open":
                await self._open(data)
            case "listen":
                await self._listen()
            case "prepare":
                return await self._host.prepare([ModelConfig(**model) for model in data])
            case "commit":
                self._host.commit()
            case "remove":
                await self._host.remove(data)
            case "count":
                return self._host.metrics.snapshot() if self._host else []
            case "pause" | "resume" | "release" | "drain" | "stop":
                await getattr(self._host, verb)()
        return None

    async def _open(self, config: Any) -> None:
        from mlspec.deploy.server.host import Host

        self._host = Host(server_config(config), self._page)

    async def _page(self) -> str:
        return str(await self._channel.call("page", seconds=5.0))

    async def _listen(self) -> None:
        """The supervisor sent its listening socket just before."""
        _, fds, _, _ = await asyncio.get_running_loop().run_in_executor(None, socket.recv_fds, self._sockets, 1, 1)
        await self._host.start(socket.socket(fileno=fds[0]))
        self._serving = asyncio.create_task(self._host.ended())
        self._serving.add_done_callback(lambda _: self._ended.set())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mlspec.deploy.server.worker", description=__doc__)
    parser.add_argument("--of", required=True, help="the settings of its server")
    parser.add_argument("--channel", type=int, required=True, help="an open socket, to its supervisor")
    parser.add_argument("--sockets", type=int, required=True, help="an open socket, over which it gets the listening one")
    given = parser.parse_args()
    pin_process()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=f"%(asctime)s %(levelname)s %(name)s[{os.getpid()}]: %(message)s")
    os.set_inheritable(given.channel, False)
    os.set_inheritable(given.sockets, False)
    from mlspec.deploy.server.host import run_loop

    worker = Worker(socket.socket(fileno=given.sockets))
    run_loop(worker.run(socket.socket(fileno=given.channel)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
