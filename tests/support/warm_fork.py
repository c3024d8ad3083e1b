"""What a fork of the warm process does to be what was asked for: a command, or a Python of mlspec's own."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import fcntl
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from support import warm_python

LINK: socket.socket | None = None
"""Where forks of the warm process ask it for more."""
ENVIRONMENT: Mapping[str, str] = {}
"""That of the warm process when it started."""
COMMANDS = {"mlspec": "mlspec.cli.main", "dvc": "dvc.cli"}
_FREE = 512
"""Descriptors from here on stand in nobody's way."""


class Flags:
    """`sys.flags`, some of them set."""

    def __init__(self, **given: Any) -> None:
        self._real, self._given = sys.flags, given

    def __getattr__(self, name: str) -> Any:
        return self._given[name] if name in self._given else getattr(self._real, name)


def become(request: Mapping[str, Any], streams: Sequence[int]) -> NoReturn:
    """Take streams, folder, environment and words; run; end this process as Python would."""
    if request["session"]:
        os.setsid()
    _signals()
    _show(request["words"])
    global LINK  # noqa: PLW0603 - of this process
    LINK = link = _handed(dict(zip(request["targets"], streams, strict=True)), keep=LINK)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    tempfile.tempdir = None  # read anew from the environment
    sys.modules["numpy"].random.seed()  # the module `random` does so by itself
    warm_python.FORKS_HERE = fork_here if _watches(request) else None
    program = _python(request["flags"], request["program"]) if request["program"] else _command(request["words"])
    with contextlib.nullcontext() if warm_python.REAL in os.environ else warm_python.installed(_ask_over(link), ENVIRONMENT):
        end(program)


def end(program: Callable[[], Any]) -> NoReturn:
    code = 1
    try:
        code = ended(program)
        threading._shutdown()  # type: ignore[attr-defined]  # as Python itself does at its end, then this
        atexit._run_exitfuncs()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def ended(program: Callable[[], Any]) -> int:
    """The exit code of a program, as Python's own end of it tells it."""
    try:
        code = program()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        return 1
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


def _handed(files: Mapping[int, int], keep: socket.socket | None) -> socket.socket | None:
    """Put each file at its number, and close all others but the line to the warm process."""
    aside = {target: fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, _FREE) for target, file in files.items()}
    line = fcntl.fcntl(keep.fileno(), fcntl.F_DUPFD_CLOEXEC, _FREE) if keep is not None else -1
    for target, file in aside.items():
        os.dup2(file, target)
    at = 3
    for kept in sorted({*(target for target in files if target > 2), *([line] if line >= 0 else [])}):
        os.closerange(at, kept)
        at = kept + 1
    os.closerange(at, 1 << 16)
    if keep is not None:
        keep.detach()
    return socket.socket(fileno=line) if line >= 0 else None


def _signals() -> None:
    """As a new Python has them."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _command(words: Sequence[str]) -> Callable[[], Any]:
    program = Path(words[0]).name
    _forget_rehearsed()
    sys.argv = [str(Path(sys.executable).parent / program), *words[1:]]
    return importlib.import_module(COMMANDS[program]).main


def _python(flags: Sequence[str], program: Sequence[str]) -> Callable[[], Any]:
    """What `python FLAGS PROGRAM` runs."""
    isolated = "-I" in flags
    sys.flags = Flags(isolated=int(isolated), safe_path=isolated or "-P" in flags)  # type: ignore[assignment]
    sys.dont_write_bytecode = not isolated and bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    del sys.path[0]
    if program[0] == "-m":
        sys.argv = [program[1], *program[2:]]
        if not sys.flags.safe_path:
            sys.path.insert(0, str(Path.cwd()))
        sys.modules.pop(program[1], None) if not hasattr(sys.modules.get(program[1]), "__path__") else None
        _forget_rehearsed()
        return lambda: runpy.run_module(program[1], run_name="__main__", alter_sys=True) and None
    sys.argv = list(program)
    if not sys.flags.safe_path:
        sys.path.insert(0, str(Path(program[0]).parent))
    if program[0].endswith("runtime/warm/start.py"):
        vars(importlib.import_module("mlspec.runtime.rehearsal"))["rehearse"] = _rehearsed
    else:
        _forget_rehearsed()
    return lambda: runpy.run_path(program[0], run_name="__main__") and None


def _watches(request: Mapping[str, Any]) -> bool:
    """Whether it is to have its children itself, in its group: a supervisor, DVC with its stages, a server with workers."""
    program = request["program"] or request["words"]
    return (
        program[0].endswith(warm_python.SUPERVISOR)
        or Path(program[0]).name == "dvc"
        or program[:2] in (["-m", "dvc"], ["-m", "mlspec.deploy.server"])
    )


def fork_here(request: Mapping[str, Any], streams: Sequence[int]) -> int:
    """A child of this process itself, in its group: what a supervisor watches."""
    child = os.fork()
    if child == 0:
        become(request, streams)
    return child


def _rehearsed() -> None:
    """The warm process did it."""


def _forget_rehearsed() -> None:
    importlib.import_module("mlspec.runtime.tables")._ASIDE.clear()


def _ask_over(link: socket.socket | None) -> warm_python.Ask:
    def ask(request: Mapping[str, Any], streams: Sequence[int]) -> socket.socket:
        if link is None:
            raise ConnectionError
        return asked(link, request, streams)

    return ask


def asked(link: socket.socket, request: Mapping[str, Any], streams: Sequence[int]) -> socket.socket:
    """Send a request over the link; return the connection on which it is answered. Raises OSError where nobody listens."""
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(link, [b"."], [theirs.fileno()])
    socket.send_fds(ours, [b"."], list(streams))
    ours.sendall(json.dumps(request).encode() + b"\n")
    return ours


def _show(words: Sequence[str]) -> None:
    """Write the words where the kernel reads `/proc/PID/cmdline`: over those that this process was started with."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, stop = int(fields[45]), int(fields[46])
        text = b"\0".join(os.fsencode(word) for word in words)[: stop - start - 1]
        ctypes.memmove(start, text.ljust(stop - start, b"\0"), stop - start)
