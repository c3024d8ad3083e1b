"""The loop of the process beside a desk: an errand in, a process of its own for it, how it ended out. It never loads a model itself.

One errand at a time: a model that finds a way out of its process meets no other model's, and latency is measured alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from typing import Any

from mlspec.gates.scoring import work
from mlspec.gates.scoring.line import Line
from mlspec.runtime import linux
from mlspec.runtime.process import children

_SHORTEST, _LONGEST = 0.001, 0.05


def serve(line: Line) -> None:
    """Serve the errands of a desk until it is gone."""
    linux.adopt_orphans()
    for errand in line.requests():
        reply = lend(errand, line)
        if reply is None:
            return
        line.send(reply)


def lend(errand: Mapping[str, Any], line: Line) -> dict[str, Any] | None:
    """Run an errand in a fork; return `{"status": exit code or -signal, "late": bool}`, None when the desk is gone."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            code = work.run(errand)
        finally:
            os._exit(code)  # never back into the loop
    try:
        return _wait(process, float(errand["seconds"]), line)
    finally:
        _clear(process)


def _wait(process: int, seconds: float, line: Line) -> dict[str, Any] | None:
    end, pause = time.monotonic() + seconds, _SHORTEST
    while not line.is_alone():
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return {"status": os.waitstatus_to_exitcode(status), "late": False}
        if time.monotonic() > end:
            return {"status": -signal.SIGKILL, "late": True}
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST)
    return None


def _clear(process: int) -> None:
    """Nothing that an errand started outlives it: its process group is killed, then what else became this process's child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
    while True:
        for child in children():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
        try:
            found, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not found:
            time.sleep(_SHORTEST)
