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

from support import cpu_times

PROGRAMS = {str(Path(sys.executable).parent / name): name for name in ("mlspec", "dvc")} | {"dvc": "dvc"}
"""What is run warm, by how it is called."""
_AT_START = ("PYTHON", "LC_", "LANG", "TZ", "LD_", "OMP_", "OPENBLAS_", "MKL_")
"""Variables that Python or a library reads when it starts: with others than the warm process has, a command starts from nothing."""


class Warm:
    """The warm process of this process, started when it is first asked."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._link: socket.socket | None = None
        self._owner = 0

    def takes(self, words: Sequence[str], environment: Mapping[str, str]) -> bool:
        return words[0] in PROGRAMS and _at_start(environment) == _at_start(self._environment)

    def run(self, root: Path, words: Sequence[str], environment: Mapping[str, str], timeout: float) -> tuple[int, str, str]:
        """Run a command; return (exit code or -signal, what it printed, what it printed to standard error). Raises `TimeoutExpired`."""
        pipes = [os.pipe(), os.pipe()]
        with self._asked(root, words, environment, [0, pipes[0][1], pipes[1][1]]) as connection, ThreadPoolExecutor(2) as readers:
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
            cpu_times.add(reply["seconds"])
            return reply["code"], texts[0].result(), texts[1].result()

    def _asked(self, root: Path, words: Sequence[str], environment: Mapping[str, str], streams: list[int]) -> socket.socket:
        ours, theirs = socket.socketpair()
        request = {"words": [PROGRAMS[words[0]], *words[1:]], "folder": str(root), "environment": dict(environment)}
        with self._lock, theirs:
            socket.send_fds(self._started(), [b"."], [theirs.fileno()])
        socket.send_fds(ours, [b"."], streams)
        ours.sendall(json.dumps(request).encode() + b"\n")
        return ours

    def _started(self) -> socket.socket:
        if self._link is None or self._owner != os.getpid():
            self._link, theirs = socket.socketpair()
            self._owner = os.getpid()
            with theirs:
                script = Path(__file__).with_name("warm_server.py")
                process = subprocess.Popen(
                    [sys.executable, str(script)], env=self._environment, stdin=theirs.fileno(), cwd="/", stdout=subprocess.DEVNULL
                )
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
