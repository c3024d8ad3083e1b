"""What a process of a task does before its work and after it: it must be to its work what a new Python would be."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import resource
import runpy
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from typing import Any, NoReturn

from mlspec.runtime import linux, report
from mlspec.runtime.process import lower_limit

_HANDLED = (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP)


def forked(setup: Mapping[str, Any], task: Mapping[str, Any], output: int, server: int) -> NoReturn:
    """Become a process of its own, do the task, end. Never returns into the server's loop."""
    code = 1
    try:
        os.setsid()
        _die_with(server)
        signal.set_wakeup_fd(-1)
        for number in _HANDLED:
            signal.signal(number, signal.SIG_DFL)
        _streams(output, setup["keep"])
        _anew()
        if task["environment"] is not None:
            os.environ.clear()
            os.environ.update(task["environment"])
        if task["cwd"] is not None:
            os.chdir(task["cwd"])
        code = _do(task)
    finally:
        os._exit(code)


def spawned(setup: Mapping[str, Any], task: Mapping[str, Any]) -> NoReturn:
    """The same in a new Python, whose folder, environment and streams are as they must be already."""
    code = 1
    try:
        if linux.IS_LINUX:
            _die_with(setup["server"])
        else:
            threading.Thread(target=_end_with, args=(setup["lifeline"],), daemon=True).start()
        code = _do(task)
    finally:
        os._exit(code)


def run_module(name: str, *arguments: str) -> int:
    """What `python -m NAME ARGUMENTS` does in the current folder."""
    sys.argv = [name, *arguments]
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as Python itself spells it
    runpy.run_module(name, run_name="__main__", alter_sys=True)
    return 0


def _do(task: Mapping[str, Any]) -> int:
    for name, limit in task["limits"].items():
        lower_limit(getattr(resource, name), int(limit))
    try:
        module, _, function = task["function"].partition(":")
        code = _code(getattr(importlib.import_module(module), function)(*task["arguments"]))
    except SystemExit as ended:
        code = _code(ended.code)
    except KeyboardInterrupt:
        code = 130
    except BaseException:  # noqa: BLE001 - as Python ends: the trace on standard error, and 1
        traceback.print_exc()
        code = 1
    return _finished(code)


def _code(value: Any) -> int:
    """What Python makes of the argument of `sys.exit`."""
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    report.say(str(value))
    return 1


def _finished(code: int) -> int:
    """What Python does when it ends, in its order: wait for threads, call what was registered, write what is still in buffers."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - multiprocessing's own children call it, too
        atexit._run_exitfuncs()  # noqa: SLF001
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except BaseException:  # noqa: BLE001
        with contextlib.suppress(Exception):
            traceback.print_exc()
        return code or 120  # Python's own code for it
    return code


def _die_with(server: int) -> None:
    linux.die_with_parent()
    if os.getppid() != server:  # it went before that was heard
        os._exit(1)


def _end_with(lifeline: int) -> None:
    """Where the kernel tells nobody that a parent ended: its end of a pipe closes."""
    while os.read(lifeline, 1):
        pass
    os.killpg(0, signal.SIGKILL)


def _streams(output: int, keep: list[int]) -> None:
    """Nothing to read, one pipe to write to, and of the server's files only those that must stay open as long as anybody lives."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    at = 3
    for kept in sorted(keep):
        os.closerange(at, kept)
        at = kept + 1
    os.closerange(at, os.sysconf("SC_OPEN_MAX"))


def _anew() -> None:
    """Random numbers of its own: every fork would draw those of the others, and what is not reproducible would look as if it were."""
    if "numpy" in sys.modules:
        import numpy as np

        np.random.seed()  # the generator that code without a seed draws from
    tempfile.tempdir = None
