"""Several processes that answer for one server: started, told what to do, counted together, and started again when one dies.

They share the listening socket, which is this process's: a connection waits in its queue for whichever is free. Each worker compares
digests and asks golden rows for itself. This process loads no model and answers nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlspec.deploy.process import WORKER_MODULE
from mlspec.deploy.server.channel import Channel
from mlspec.deploy.server.config import ModelConfig, ServerConfig
from mlspec.deploy.server.metrics import added, page

log = logging.getLogger("mlspec.server")
PATIENCE = 5.0
"""Seconds that a worker has to do what takes no time, before it is taken for hung, and killed."""
POLL_SECONDS = 2.0
"""How often counts are fetched: so much of them is lost with a worker that is killed."""
LONGEST_REST = 30.0
"""Seconds between two starts of a worker that dies again and again."""


class Member:
    """One worker: its process, and the way to it."""

    def __init__(self, process: subprocess.Popen[bytes], channel: Channel, sockets: socket.socket) -> None:
        self.process, self.channel, self.sockets = process, channel, sockets
        self.counts: list[Any] = []
        self.since = time.monotonic()

    async def listen(self, listener: socket.socket) -> None:
        socket.send_fds(self.sockets, [b"."], [listener.fileno()])
        await self.channel.call("listen")

    async def count(self) -> list[Any]:
        """What it answered so far; what was known last when it does not say."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.counts = await self.channel.call("count", seconds=1.0)
        return self.counts

    def kill(self) -> None:
        self.process.kill()

    async def gone(self) -> int:
        """Wait until its process has ended; return its code. One whose channel is closed gets time to drain."""
        code: int = await asyncio.get_running_loop().run_in_executor(None, self.process.wait)
        self.channel.close()
        self.sockets.close()
        return code


class Crew:
    """`config_file` stands on the command line of every worker, so that it can be told to whom it belongs."""

    def __init__(self, config: ServerConfig, config_file: Path) -> None:
        self.config, self._file = config, config_file
        self._members: list[Member] = []
        self._watching: list[asyncio.Task[None]] = []
        self._listener: socket.socket | None = None
        self._changing = asyncio.Lock()
        self._paused = False
        self._ending = asyncio.Event()
        self._gone_counts: list[Any] = []
        self._restarts = 0

    async def open(self) -> None:
        """Start all workers; each loads and checks all models. Raises Problems when one can't."""
        found = await asyncio.gather(*(self._hire() for _ in range(self.config.workers)), return_exceptions=True)
        self._members = [member for member in found if isinstance(member, Member)]
        if wrong := [error for error in found if isinstance(error, BaseException)]:
            for member in self._members:
                member.kill()
            raise wrong[0]

    async def _hire(self) -> Member:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        sockets, received = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        command = [sys.executable, "-P", "-m", WORKER_MODULE, "--of", str(self._file)]
        with theirs, received:
            fds = (theirs.fileno(), received.fileno())
            command += ["--channel", str(fds[0]), "--sockets", str(fds[1])]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=fds)  # noqa: ASYNC220 - it returns at once
        member = Member(process, await Channel.open(ours, self._asked), sockets)
        try:
            await member.channel.call("open", self.config.to_json())
        except BaseException:
            member.kill()
            await member.gone()
            raise
        return member

    async def _asked(self, verb: str, _: Any) -> Any:
        """What workers call: the page of metrics, which is about all of them."""
        if verb == "page":
            return await self._page()
        raise ValueError(verb)

    async def _page(self) -> str:
        found = await asyncio.gather(*(member.count() for member in self._members))
        gauges = {
            "mlspec_workers": ("Processes that answer.", "gauge", float(len(self._members))),
            "mlspec_worker_restarts_total": ("Workers that died and were started again.", "counter", float(self._restarts)),
        }
        return page(added([self._gone_counts, *found]), gauges)

    async def start(self, listener: socket.socket) -> None:
        """Let all accept from a listener, which is ours from now on."""
        self._listener = listener
        await asyncio.gather(*(member.listen(listener) for member in self._members))
        self._watching = [asyncio.create_task(self._watch(member)) for member in self._members]
        self._polling = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await asyncio.gather(*(member.count() for member in self._members))

    async def _watch(self, member: Member) -> None:
        """See to it that there is a worker in this place, until all end."""
        rest = 0.0
        while True:
            code = await member.gone()
            self._members.remove(member)
            self._gone_counts = added([self._gone_counts, member.counts])
            if self._ending.is_set():
                return
            log.error("worker %d ended (%s): another is started", member.process.pid, _ending(code))
            rest = 0.0 if time.monotonic() - member.since > LONGEST_REST else min(LONGEST_REST, rest * 2 + 0.5)
            replaced = await self._replacement(rest)
            if replaced is None:
                return
            member = replaced

    async def _replacement(self, rest: float) -> Member | None:
        """A new worker that serves what all serve; None when all end meanwhile."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), rest or 0.01)
                return None
            self._restarts += 1
            try:
                async with self._changing:
                    member = await self._hire()
                    self._members.append(member)
                    if self._listener and not self._paused:
                        await member.listen(self._listener)
                    return member
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                log.error("a worker can't be started: %s", error)  # noqa: TRY400 - the worker's log has the rest
                rest = min(LONGEST_REST, rest * 2 + 1.0)

    async def pause(self) -> None:
        """None accepts any more; a worker that does not say so in time is killed: it would go on when another server accepts."""
        self._paused = True
        await self._all("pause")

    async def resume(self) -> None:
        self._paused = False
        await self._all("resume")

    async def release(self) -> None:
        """The successor serves: none is started again."""
        self._ending.set()
        if self._listener:
            self._listener.close()
        await self._all("release")

    async def drain(self) -> None:
        """Each answers what it has, and ends."""
        await asyncio.gather(*(self._quietly(m, "drain", self.config.drain_seconds + 10) for m in self._members))

    async def stop(self) -> None:
        if not self._ending.is_set():
            self._ending.set()
            if self._listener:
                self._listener.close()
            await self._all("stop")

    async def _all(self, verb: str) -> None:
        await asyncio.gather(*(self._quietly(member, verb, PATIENCE) for member in self._members))

    async def _quietly(self, member: Member, verb: str, seconds: float) -> None:
        try:
            await member.channel.call(verb, seconds=seconds)
        except ConnectionError:
            pass  # it died: whoever watches it knows
        except TimeoutError:
            log.error("worker %d does not answer: it is killed", member.process.pid)  # noqa: TRY400 - that says all
            member.kill()

    async def load(self, models: Sequence[ModelConfig]) -> list[str]:
        """All load, then all serve; what one can't load, none does. Returns what of their code is stale; raises Problems."""
        async with self._changing:
            data = [dataclasses.asdict(model) for model in models]
            found = await asyncio.gather(*(m.channel.call("prepare", data) for m in self._members), return_exceptions=True)
            wrong = [error for error in found if isinstance(error, BaseException) and not isinstance(error, ConnectionError)]
            stale = sorted({file for files in found if isinstance(files, list) for file in files})
            if wrong or stale:
                await asyncio.gather(*(m.channel.call("prepare", []) for m in self._members), return_exceptions=True)
                if wrong:
                    raise wrong[0]
                return stale
            await self._all("commit")
            names = {model.model for model in models}
            kept = [model for model in self.config.models if model.model not in names]
            self.config = dataclasses.replace(self.config, models=[*kept, *models])
            return []

    async def remove(self, model: str) -> None:
        async with self._changing:
            self.config = dataclasses.replace(self.config, models=[m for m in self.config.models if m.model != model])
            await asyncio.gather(*(m.channel.call("remove", model) for m in self._members), return_exceptions=True)

    @property
    def is_ending(self) -> bool:
        return self._ending.is_set()

    async def ended(self) -> None:
        """Wait until all have ended."""
        await asyncio.gather(*self._watching)
        self._polling.cancel()


def _ending(code: int) -> str:
    return f"code {code}" if code >= 0 else signal.Signals(-code).name
