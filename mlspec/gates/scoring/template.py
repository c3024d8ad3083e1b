"""The warm process: it imports the libraries once, and then forks for each desk that is asked for the desk and the process beside it.

It has an environment from an allow-list, one thread, and reads nothing of any project: what is forked from it knows nothing yet.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
from collections.abc import Callable

from mlspec.gates.scoring import desk, serve
from mlspec.gates.scoring.line import Line
from mlspec.runtime.threads import alone, pin_process

_LIBRARIES = (
    *("numpy", "pandas", "pyarrow.parquet", "joblib", "sklearn.pipeline", "sklearn.compose", "sklearn.preprocessing", "sklearn.impute"),
    *("sklearn.linear_model", "sklearn.tree", "sklearn.ensemble", "sklearn.dummy", "mlspec.runtime.predict", "mlspec.runtime.train"),
)
"""Imported once, before any fork: most of the time that a process of its own would cost."""


def serve_desks() -> None:
    """Fork a desk for each connection that comes, until the judging process is gone."""
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    pin_process()
    gc.disable()
    with alone():
        for name in _LIBRARIES:
            importlib.import_module(name)
    gc.enable()
    gc.freeze()
    signal.signal(signal.SIGCHLD, _reap)
    while (came := socket.recv_fds(control, 1, 1))[0]:
        _open_desk(control, socket.socket(fileno=came[1][0]))


def _reap(_: int, __: object) -> None:
    """Nobody asks how a desk ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _open_desk(control: socket.socket, front: socket.socket) -> None:
    """The process beside the desk is forked first: it sees neither the desk's line to the judging process nor anything of its work."""
    ours, theirs = socket.socketpair()
    _fork((control, front, ours), lambda: serve.serve(Line(theirs)))
    _fork((control, theirs), lambda: desk.serve(Line(front), Line(ours)))
    for connection in (front, ours, theirs):
        connection.close()


def _fork(not_its: tuple[socket.socket, ...], work: Callable[[], None]) -> None:
    if os.fork():
        return
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for connection in not_its:
            connection.close()
        work()
    finally:
        os._exit(0)  # never back into the loop
