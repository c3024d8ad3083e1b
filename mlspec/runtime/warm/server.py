"""The asking end: starts the server process, hands it tasks, and hears their output and their end."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from mlspec.runtime import linux
from mlspec.runtime.warm import wire
from mlspec.runtime.warm.task import Ended, Task

Hear = Callable[[str], None]
_CHUNK = 1 << 16
_CLOSING_SECONDS = 15.0


class Server:
    """A server process, its tasks and what they write. Not for several threads at once; a fork of this process must not use it.

    `modules` are imported before any fork, then the functions of `prepare` called (`module:function`). `environment`: all variables of the
    process, and of tasks that bring none. `isolated`: Python's `-I`, with `paths` (those of this process, when None) in place of what
    variables would say. `keep`: open files that stay open as long as the server or a task lives, such as the handle of a lock. `fork`:
    False starts a new Python a task, as macOS needs. The process starts at once, and imports while this one goes on.
    Raises OSError where no process can be started.
    """

    def __init__(
        self,
        modules: Iterable[str],
        environment: Mapping[str, str] | None = None,
        *,
        isolated: bool = False,
        paths: Iterable[str] | None = None,
        prepare: Iterable[str] = (),
        keep: Iterable[int] = (),
        fork: bool = linux.IS_LINUX,
    ) -> None:
        ours, theirs = socket.socketpair()
        kept = sorted(keep)
        setup = {
            "modules": list(modules) if fork else [],
            "prepare": list(prepare) if fork else [],
            "package": str(Path(__file__).resolve().parents[3]),
            "paths": list(_absolute(sys.path) if paths is None else paths),
            "socket": theirs.fileno(),
            "keep": kept,
            "fork": fork,
        }
        words = [sys.executable, *(["-I"] if isolated else []), str(Path(__file__).with_name("start.py")), json.dumps(setup)]
        with theirs:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=None if environment is None else dict(environment),
                cwd="/",  # nobody else writes there: what PYTHONPATH names from the current folder is imported before anything of ours runs
                start_new_session=True,
                pass_fds=(theirs.fileno(), *kept),
            )
        self._socket, self._owner, self._number = ours, os.getpid(), 0
        self._rest = b""
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(ours, selectors.EVENT_READ)
        self._open: dict[int, _Output] = {}
        self._groups: dict[int, int] = {}
        self._lost = False
        self.threads = 0
        """How many threads it had when it was ready to fork: one. 0: it is not ready yet."""

    @property
    def process(self) -> int:
        """The server's process number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether tasks can be given to it."""
        return not self._lost and self._owner == os.getpid()

    @property
    def running(self) -> int:
        """How many tasks have not been told to have ended."""
        return len(self._open)

    def fileno(self) -> int:
        """Readable when `poll` has something to do."""
        return self._waiting.fileno()

    def submit(self, task: Task, hear: Hear | None = None) -> int:
        """Hand over a task; return its number. `hear` is called by `poll` with each line that it writes, without the line's end.

        When the server is gone, `poll` says that the task is lost.
        """
        self._number += 1
        read, write = os.pipe()
        os.set_blocking(read, False)
        self._open[self._number] = output = _Output(read, hear or _unheard)
        self._waiting.register(read, selectors.EVENT_READ, output)
        try:
            wire.ask(self._socket, {"number": self._number, "task": task.form()}, write)
        except OSError:
            self._lost = True
        finally:
            os.close(write)
        return self._number

    def stop(self, number: int) -> None:
        """Kill a task with its process group; its end is told by `poll`."""
        with contextlib.suppress(OSError):
            wire.ask(self._socket, {"stop": number})

    def poll(self, seconds: float | None = 0.0) -> list[Ended]:
        """Wait at most so long (None: any time) for something to happen; pass on output, and return the tasks that ended."""
        ended: list[Ended] = []
        if not self._lost:
            for key, _ in self._waiting.select(seconds):
                if isinstance(key.data, _Output):
                    self._read(key.data)
                else:
                    ended += self._hear()
        return [*ended, *(self._all_lost() if self._lost else ())]

    def run(self, task: Task, hear: Hear | None = None) -> Ended:
        """Do one task to its end. Only while no other runs."""
        number = self.submit(task, hear)
        try:
            while True:
                for ended in self.poll(None):
                    if ended.number == number:
                        return ended
        except BaseException:
            self.stop(number)
            raise

    def close(self) -> None:
        """End the server and every task. Returns when all are gone."""
        if self._owner != os.getpid():
            return
        self._socket.close()
        try:
            self._process.wait(_CLOSING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._lost = True
        self._all_lost()
        self._waiting.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hear(self) -> list[Ended]:
        try:
            part = self._socket.recv(_CHUNK)
        except OSError:
            part = b""
        if not part:
            self._lost = True
            return []
        *lines, self._rest = (self._rest + part).split(b"\n")
        return [ended for line in lines for ended in self._understand(json.loads(line))]

    def _understand(self, message: dict[str, Any]) -> list[Ended]:
        if "ready" in message:
            self.threads = int(message["threads"])
        elif "process" in message:
            self._groups[message["number"]] = message["process"]
        else:
            self._forget(message["number"])
            return [Ended(**message)]
        return []

    def _forget(self, number: int) -> None:
        """The task ended: what it wrote is all there, since nothing of its group lives."""
        self._groups.pop(number, None)
        output = self._open.pop(number)
        if not output.closed:
            self._read(output)
            self._close(output)

    def _read(self, output: _Output) -> None:
        if not output.closed and not output.read():  # its task's end may have come with the same look
            self._close(output)

    def _close(self, output: _Output) -> None:
        if not output.closed:
            self._waiting.unregister(output.file)
            output.close()

    def _all_lost(self) -> list[Ended]:
        """The server is gone. On Linux its children die with it; what they started is in their groups."""
        for group in self._groups.values():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
                time.sleep(0)
        numbers = list(self._open)
        for number in numbers:
            self._forget(number)
        return [Ended(number, -signal.SIGKILL, lost=True) for number in numbers]


class _Output:
    """The reading end of a task's pipe, its bytes made lines."""

    __slots__ = ("_decoder", "_hear", "_rest", "closed", "file")

    def __init__(self, file: int, hear: Hear) -> None:
        self.file, self._hear, self._rest, self.closed = file, hear, "", False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self) -> bool:
        """Pass on what is there; False at the end."""
        while True:
            try:
                part = os.read(self.file, _CHUNK)
            except BlockingIOError:
                return True
            if not part:
                return False
            *lines, self._rest = (self._rest + self._decoder.decode(part)).split("\n")
            for line in lines:
                self._hear(line)

    def close(self) -> None:
        self.closed = True
        os.close(self.file)
        if self._rest:
            self._hear(self._rest)


def _unheard(_: str) -> None:
    return


def _absolute(paths: Iterable[str]) -> Iterable[str]:
    """Neither the current folder nor a project's root, whose files could stand in for libraries."""
    absolute = [p for p in paths if p and Path(p).is_absolute()]
    return [p for p in absolute if not (Path(p) / "mlspec.yaml").exists() and Path(p) != Path.cwd()]
