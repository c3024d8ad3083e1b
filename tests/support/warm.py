"""Runs `mlspec` and `dvc` in forks of a warm process: a process of their own with streams, folder, environment and words, their imports done.

Python's start and imports are most of what a command costs (2 to 4 seconds of a processor where pandas, scikit-learn and DVC are
needed). What only a process from nothing can show (what is imported when, signals, another installation) is tested by `subprocess`.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from support import cpu_times
from support.warm_fork import asked

from mlspec.runtime.threads import VARIABLES

PROGRAMS = {str(Path(sys.executable).parent / name): name for name in ("mlspec", "dvc")} | {"dvc": "dvc"}
"""What is run warm, by how it is called."""
COLD = subprocess.Popen
"""How a process from nothing starts, whatever stands in for it."""
ONE_THREAD = dict.fromkeys(VARIABLES, "1")
"""Whoever computes has one thread a kernel: what is forked can't change it."""
ROOM = 4096
"""Bytes for the words of a fork, which `/proc` shows in place of those of the warm process."""
_AT_START = ("PYTHON", "LC_", "LANG", "TZ", "LD_", "OMP_", "OPENBLAS_", "MKL_")
"""Variables that Python or a library reads when it starts: with others than the warm process has, a command starts from nothing."""


class Warm:
    """The warm process of this process, started when it is first asked."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._link: socket.socket | None = None
        os.register_at_fork(after_in_child=self._unlocked)

    def start(self) -> None:
        """Start the warm process, so that forks of this one find it."""
        with self._lock:
            self._started()

    def _unlocked(self) -> None:
        """A fork of this process asks over the same line; whoever held the lock is not in it."""
        self._lock = threading.Lock()

    def takes(self, words: Sequence[str], environment: Mapping[str, str]) -> bool:
        return words[0] in PROGRAMS and _at_start(environment) == _at_start(self._environment)

    def run(self, root: Path, words: Sequence[str], environment: Mapping[str, str], timeout: float) -> tuple[int, str, str]:
        """Run a command; return (exit code or -signal, what it printed, what it printed to standard error). Raises `TimeoutExpired`."""
        pipes = [os.pipe(), os.pipe()]
        request = {
            "words": [PROGRAMS[words[0]], *words[1:]],
            "flags": [],
            "program": [],
            "folder": str(root),
            "environment": dict(environment),
            "targets": [0, 1, 2],
            "session": False,
        }
        with self.ask(request, [0, pipes[0][1], pipes[1][1]]) as connection, ThreadPoolExecutor(2) as readers:
            for _, end in pipes:
                os.close(end)
            texts = [readers.submit(_text, end) for end, _ in pipes]
            replies = connection.makefile("r")
            child = json.loads(replies.readline())["pid"]
            connection.settimeout(timeout)
            try:
                reply = json.loads(replies.readline())
            except TimeoutError as error:
                os.kill(child, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), timeout) from error
            return reply["code"], texts[0].result(), texts[1].result()

    def ask(self, request: Mapping[str, Any], streams: Sequence[int]) -> socket.socket:
        """Hand a request and its descriptors to the warm process; return the connection on which it answers."""
        with self._lock:
            return asked(self._started(), request, streams)

    def _started(self) -> socket.socket:
        if self._link is None:
            self._link, theirs = socket.socketpair()
            with theirs:
                words = [sys.executable, str(Path(__file__).with_name("warm_server.py")), "-" * ROOM]
                process = COLD(words, env=self._environment | ONE_THREAD, stdin=theirs.fileno(), cwd="/", stdout=subprocess.DEVNULL)
            cpu_times.watch(process.pid)
            atexit.register(self._end, self._link, process, os.getpid())
        return self._link

    @staticmethod
    def _end(link: socket.socket, process: subprocess.Popen[bytes], owner: int) -> None:
        if os.getpid() == owner:
            link.close()
            process.wait()


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in environment.items() if k.startswith(_AT_START)}


def _text(descriptor: int) -> str:
    with open(descriptor, encoding="utf-8") as stream:
        return stream.read()
