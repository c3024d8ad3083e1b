"""The helper's loop: a line of JSON in, a process of its own for the errand, a line of JSON out. It never loads a model itself.

One errand at a time: a model that finds a way out of its process meets no other model's, and latency is measured alone.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.gates.scoring import work
from mlspec.runtime import linux
from mlspec.runtime.threads import pin_process

_LIBRARIES = (
    *("numpy", "pandas", "pyarrow.parquet", "joblib", "sklearn.pipeline", "sklearn.compose", "sklearn.preprocessing", "sklearn.impute"),
    *("sklearn.linear_model", "sklearn.tree", "sklearn.ensemble", "sklearn.dummy", "mlspec.runtime.predict", "mlspec.runtime.train"),
)
"""Imported once, before any fork: most of the time that a process of its own would cost."""
_SHORTEST, _LONGEST = 0.001, 0.05


def serve() -> None:
    """Serve errands until standard input ends, or the judging process is gone."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    judge = os.getppid()
    pin_process()
    for name in _LIBRARIES:
        importlib.import_module(name)
    linux.adopt_orphans()
    gc.freeze()
    for line in sys.stdin.buffer:
        reply = lend(json.loads(line), judge)
        if reply is None:
            return
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()


def lend(errand: Mapping[str, Any], judge: int) -> dict[str, Any] | None:
    """Run an errand in a fork; return `{"status": exit code or -signal, "late": bool}`, None when the process `judge` is gone."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            code = work.run(errand)
        finally:
            os._exit(code)  # never back into the loop
    try:
        return _wait(process, float(errand["seconds"]), judge)
    finally:
        _clear(process)


def _wait(process: int, seconds: float, judge: int) -> dict[str, Any] | None:
    end, pause = time.monotonic() + seconds, _SHORTEST
    while os.getppid() == judge:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return {"status": os.waitstatus_to_exitcode(status), "late": False}
        if time.monotonic() > end:
            return {"status": -signal.SIGKILL, "late": True}
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST)
    return None


def _clear(process: int) -> None:
    """Nothing that an errand started outlives it: its process group is killed, then what else became the helper's child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
    while True:
        for child in _children():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
        try:
            found, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not found:
            time.sleep(_SHORTEST)


def _children() -> list[int]:
    """Living children by the kernel's list; none where there is no such list (macOS)."""
    try:
        return [int(word) for task in Path("/proc/self/task").iterdir() for word in (task / "children").read_text().split()]
    except OSError:
        return []
