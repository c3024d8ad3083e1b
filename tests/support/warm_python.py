"""Where mlspec starts a Python of its own (a fork server, a desk, a server), a fork of the warm process stands in, its imports done.

`installed()` replaces `subprocess.Popen` in this process; what is not in `SCRIPTS` or `MODULES` starts as ever. The process has its own
streams, handed-on files, folder, environment, session and words (`/proc` shows them, too). What differs: its parent is the warm process, and
whatever it imports was imported. A test of just that asks for the fixture `real_pythons`.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlspec.runtime.threads import VARIABLES

SUPERVISOR = "mlspec/pipelines/run/supervise.py"
SCRIPTS = ("mlspec/runtime/warm/start.py", "mlspec/gates/scoring/start.py", "support/cluster_worker.py", SUPERVISOR)
MODULES = (
    "mlspec.deploy.server",
    "mlspec.deploy.server.worker",
    "mlspec.deploy.scoring",
    "mlspec.pipelines.engines.task",
    "mlspec.runtime",
    "mlspec",
    "dvc",
)
COMMANDS = tuple(str(Path(sys.executable).parent / name) for name in ("mlspec", "dvc"))
FLAGS = ("-I", "-P", "-S")
REAL = "REAL_PYTHONS"
"""A variable with which a command's own Pythons begin from nothing."""
_AT_START = ("PYTHONPATH", "PYTHONHASHSEED", "PYTHONHOME", "PYTHONWARNINGS", "LD_", "TZ")
"""Variables that a process can't take on after its start."""
_STAGE = re.compile(r"python -m mlspec\.runtime \w+")
Ask = Callable[[Mapping[str, Any], Sequence[int]], socket.socket]
"""Sends the warm process a request and descriptors; returns the connection on which it answers."""


def program(words: Any, environment: Mapping[str, str]) -> tuple[list[str], list[str]] | None:
    """What is to run, as (Python's flags, program with its words), where a fork can stand in; of a command there is no program."""
    if isinstance(words, str | bytes | Path) or not words:
        return None
    first, *rest = _without_shell([os.fsdecode(word) for word in words], environment)
    if first in COMMANDS:
        return [], []
    if first != sys.executable:
        return None
    count = next((n for n, word in enumerate(rest) if word not in FLAGS), len(rest))
    flags, rest = rest[:count], rest[count:]
    is_module = len(rest) > 1 and rest[0] == "-m" and rest[1] in MODULES
    is_script = bool(rest) and rest[0].endswith(SCRIPTS)
    return (flags, rest) if is_module or is_script else None


def _without_shell(words: list[str], environment: Mapping[str, str]) -> list[str]:
    """The words of a stage's command, which DVC hands to a shell."""
    if FORKS_HERE is None or words[1:-1][-1:] != ["-c"] or not _STAGE.fullmatch(words[-1]):
        return words
    name, *rest = words[-1].split()
    return [shutil.which(name, path=environment.get("PATH")) or name, *rest]


def same_start(flags: Sequence[str], environment: Mapping[str, str], warm: Mapping[str, str]) -> bool:
    """Whether a Python with this environment begins as the warm one did."""
    names = {name for name in {*environment, *warm} if name.startswith(_AT_START)}
    if "-I" in flags:
        names = {name for name in names if not name.startswith("PYTHON")}
    if any(environment.get(name, "1") != "1" for name in VARIABLES):
        return False
    return all(environment.get(name) == warm.get(name) for name in names)


FORKS_HERE: Callable[[Mapping[str, Any], Sequence[int]], int] | None = None
"""In whoever watches a child of its own (a supervisor, DVC): makes that child."""


class WarmPopen(subprocess.Popen):
    """A process that is a fork of the warm one, or started as ever. Its end is heard on a connection, not by `waitpid`."""

    ask: Ask
    environment: Mapping[str, str]
    _connection: socket.socket | None = None
    _owner = 0
    _signature = inspect.signature(subprocess.Popen._execute_child)  # type: ignore[attr-defined]  # differs from one Python to the next

    def _execute_child(self, *given: Any) -> None:
        how = self._signature.bind(self, *given).arguments
        environment = dict(os.environ if how["env"] is None else how["env"])
        plain = how["preexec_fn"] is None and not how["shell"] and how["executable"] is None
        found = program(how["args"], environment) if plain else None
        if found is None or not same_start(found[0], environment, self.environment) or not self._forked(found, environment, how):
            super()._execute_child(*given)  # type: ignore[misc]

    def _forked(self, found: tuple[list[str], list[str]], environment: Mapping[str, str], how: Mapping[str, Any]) -> bool:
        standard = [how[name] if how[name] != -1 else number for number, name in enumerate(("p2cread", "c2pwrite", "errwrite"))]
        targets = [0, 1, 2, *how["pass_fds"]]
        request = {
            "words": [os.fsdecode(word) for word in how["args"]],
            "flags": found[0],
            "program": found[1],
            "folder": os.fspath(how["cwd"]) if how["cwd"] is not None else str(Path.cwd()),
            "environment": environment,
            "targets": targets,
            "session": any(how[name] is True for name in how if name.endswith("start_new_session")),
        }
        streams = [*standard, *how["pass_fds"]]
        if FORKS_HERE is not None:
            self.pid = FORKS_HERE(request, streams)
        elif found[1][:2] == ["-m", "mlspec.deploy.server.worker"] or not self._asked(request, streams):
            return False
        self._child_created = True
        self._close_pipe_fds(*(how[n] for n in ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")))  # type: ignore[attr-defined]
        return True

    def _asked(self, request: Mapping[str, Any], streams: Sequence[int]) -> bool:
        try:
            connection = type(self).ask(request, streams)
        except OSError:  # it has ended
            return False
        self._replies = connection.makefile("r")
        first = self._replies.readline()
        if not first:
            connection.close()
            return False
        self.pid = json.loads(first)["pid"]
        self._connection, self._owner = connection, os.getpid()
        return True

    def _internal_poll(self, _deadstate: int | None = None, *given: Any, **more: Any) -> int | None:
        if self._connection is None:
            return super()._internal_poll(_deadstate, *given, **more)  # type: ignore[misc]
        if self.returncode is None:
            self._hear(0.0)
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self._connection is None:
            return super()._wait(timeout)  # type: ignore[misc]
        end = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            left = None if end is None else end - time.monotonic()
            self._hear(left)
            if self.returncode is None and left is not None and left <= 0:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return self.returncode

    def _hear(self, seconds: float | None) -> None:
        """Take the word that it ended, if it comes in time. A fork of this process is not the one that is told."""
        if self._owner != os.getpid():
            self.returncode = 0  # as `Popen` has it for what is not its child
            return
        assert self._connection is not None
        if not select.select([self._connection], [], [], None if seconds is None else max(0.0, seconds))[0]:
            return
        line = self._replies.readline()
        self.returncode = json.loads(line)["code"] if line else -9
        with contextlib.suppress(OSError):
            self._replies.close()
            self._connection.close()


@contextlib.contextmanager
def installed(ask: Ask, environment: Mapping[str, str]) -> Iterator[None]:
    """`subprocess.Popen` asks the warm process where it can. `environment`: that of the warm process."""
    real = subprocess.Popen
    made = type("Popen", (WarmPopen,), {"ask": staticmethod(ask), "environment": dict(environment)})
    subprocess.Popen = made  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        subprocess.Popen = real  # type: ignore[misc]
