"""The server's loop: one thread, which waits for tasks, for the end of children, and for the end of whoever asks. It does no task."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from mlspec.runtime import linux
from mlspec.runtime.process import children
from mlspec.runtime.threads import alone, pin_process
from mlspec.runtime.warm import child, wire

GRACE_SECONDS = 5.0
"""How long children may take to end after SIGTERM, before SIGKILL."""
_TICK = 0.01


def serve(setup: Mapping[str, Any]) -> NoReturn:
    """Import what was named, then serve until the asking process closes its end, or is gone. Leaves no process behind."""
    asker = socket.socket(fileno=setup["socket"])
    pin_process()
    with alone():
        _import(setup["modules"])
        _prepare(setup["prepare"])
    linux.adopt_orphans()
    loop = Loop(setup, asker)
    gc.collect()
    gc.freeze()  # what stands now is not written to by the collector of a child: its pages stay shared
    try:
        loop.run()
    finally:
        loop.end()
        os._exit(0)


def _import(modules: Iterable[str]) -> None:
    for name in modules:
        with contextlib.suppress(Exception):  # a task that needs it says what is wrong with it
            importlib.import_module(name)


def _prepare(functions: Iterable[str]) -> None:
    for name in functions:
        module, _, function = name.partition(":")
        with contextlib.suppress(Exception):  # a task does without
            getattr(importlib.import_module(module), function)()


@dataclass(slots=True)
class Running:
    """A child at work. `end`: when it is late, by the monotonic clock."""

    number: int
    began: float
    end: float | None
    late: bool = False


@dataclass(slots=True)
class Loop:
    """The children, by process; the asker's socket and the pipe that signals are written to."""

    setup: Mapping[str, Any]
    asker: socket.socket
    children: dict[int, Running] = field(default_factory=dict)
    spawned: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self) -> None:
        """Serve until the asker's end closes or somebody sends SIGTERM."""
        hear = _signals()
        wire.say(self.asker, {"ready": os.getpid(), "threads": _threads()})
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.asker, selectors.EVENT_READ)
            waiting.register(hear, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in waiting.select(self._patience())}
                if hear in ready and {signal.SIGTERM, signal.SIGHUP} & set(os.read(hear, 512)):
                    return
                self._kill_late()
                self._reap()
                if self.asker in ready and not self._hear():
                    return

    def _hear(self) -> bool:
        """Take one message; False when the asker is gone."""
        found = wire.heard(self.asker)
        if found is None:
            return False
        message, output = found
        if "stop" in message:
            for process in [p for p, running in self.children.items() if running.number == message["stop"]]:
                _signal_group(process, signal.SIGKILL)
            return True
        self._start(message, output)
        return True

    def _start(self, message: Mapping[str, Any], output: int) -> None:
        task, seconds, now = message["task"], message["task"]["seconds"], time.monotonic()
        try:
            process = self._fork(task, output) if self.setup["fork"] else self._spawn(task, output)
        except OSError as error:
            os.write(output, f"no process can be started: {error.strerror}\n".encode())
            wire.say(self.asker, {"number": message["number"], "status": 1, "late": False, "seconds": 0.0, "busy": 0.0, "kilobytes": 0})
        else:
            self.children[process] = Running(message["number"], now, None if seconds is None else now + seconds)
            wire.say(self.asker, {"number": message["number"], "process": process})
        finally:
            os.close(output)

    def _fork(self, task: Mapping[str, Any], output: int) -> int:
        server = os.getpid()
        process = os.fork()
        if process == 0:
            child.forked(self.setup, task, output, server)
        return process

    def _spawn(self, task: Mapping[str, Any], output: int) -> int:
        """A new Python in place of a fork. Its end of the lifeline closes with this process."""
        lifeline, _held = os.pipe()
        setup = dict(self.setup) | {"server": os.getpid(), "lifeline": lifeline}
        flags = ["-I"] if sys.flags.isolated else []
        words = [sys.executable, *flags, str(Path(__file__).with_name("start.py")), json.dumps(setup), json.dumps(task)]
        started = subprocess.Popen(
            words,
            cwd=task["cwd"],
            env=task["environment"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=(lifeline, *self.setup["keep"]),
        )
        os.close(lifeline)
        self.spawned[started.pid] = started
        return started.pid

    def _patience(self) -> float | None:
        ends = [running.end for running in self.children.values() if running.end is not None and not running.late]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _kill_late(self) -> None:
        now = time.monotonic()
        for process, running in self.children.items():
            if running.end is not None and now >= running.end and not running.late:
                running.late = True
                _signal_group(process, signal.SIGKILL)

    def _reap(self) -> None:
        """Tell the asker of every child that ended, once nothing of its group lives."""
        while True:
            try:
                process, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not process:
                return
            running = self.children.pop(process, None)
            if running is not None:  # else it was an orphan
                self._tell(process, running, status, used)

    def _tell(self, process: int, running: Running, status: int, used: resource.struct_rusage) -> None:
        _signal_group(process, signal.SIGKILL)
        if started := self.spawned.pop(process, None):
            started.returncode = os.waitstatus_to_exitcode(status)  # reaped here, so its own object need not look
        if not self.children:
            _clear()
        wire.say(
            self.asker,
            {
                "number": running.number,
                "status": os.waitstatus_to_exitcode(status),
                "late": running.late,
                "seconds": time.monotonic() - running.began,
                "busy": used.ru_utime + used.ru_stime,
                "kilobytes": used.ru_maxrss if linux.IS_LINUX else used.ru_maxrss // 1024,
            },
        )

    def end(self) -> None:
        """Ask all children to end, wait a little, and kill what is left with all that it started."""
        for process in self.children:
            _signal_group(process, signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while self.children and time.monotonic() < end:
            for process in list(self.children):
                with contextlib.suppress(ChildProcessError):
                    if not os.waitpid(process, os.WNOHANG)[0]:
                        continue
                _signal_group(process, signal.SIGKILL)
                del self.children[process]
            time.sleep(_TICK)
        for process in self.children:
            _signal_group(process, signal.SIGKILL)
        _clear()


def _signals() -> int:
    """A pipe to which the number of each signal is written as it comes."""
    hear, tell = os.pipe()
    for end in (hear, tell):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return hear


def _signal_group(process: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, number)


def _clear() -> None:
    """Kill what left its group and became a child of this process: nothing that a task started outlives all tasks."""
    while found := children():
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        for process in found:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, 0)


def _threads() -> int:
    try:
        return len(list(Path("/proc/self/task").iterdir()))
    except OSError:
        return 1
