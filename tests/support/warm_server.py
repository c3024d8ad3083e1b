"""A warm process: what it is asked for runs in forks of itself. Started by `warm.py`, which says what it is for.

It speaks over the socket that is its standard input: a request is the client's end of a connection of its own. There, one line of JSON
comes with descriptors; the fork's pid goes back at once, and its status at its end. What is asked for is a command
(`mlspec`, `dvc`) or a Python of mlspec's own (`warm_python.py`), which forks of commands ask for, too, over a line of their own.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import warnings
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LIBRARIES = (
    *(
        "cryptography.x509",
        "duckdb",
        "dvc.cli",
        "dvc.commands.checkout",
        "dvc.commands.data_sync",
        "dvc.commands.repro",
        "dvc.commands.status",
    ),
    *("dvc.repo", "dvc_data.index", "httpx2", "jinja2", "joblib", "pandas", "psutil", "pyarrow.parquet", "scipy.stats", "scipy.special"),
    *("sklearn.compose", "sklearn.dummy", "sklearn.ensemble", "sklearn.impute", "sklearn.linear_model", "sklearn.metrics"),
    *("sklearn.model_selection", "sklearn.pipeline", "sklearn.preprocessing", "sklearn.tree", "starlette.applications", "uvicorn"),
)
PROGRAMS = ("__main__", "mlspec.pipelines.run.supervise", "mlspec.gates.scoring.start", "mlspec.runtime.warm.start")
"""Modules that are a program of their own."""


def main() -> None:
    sys.path[0] = str(TESTS)
    from support import warm_fork

    sys.path[0] = str(BIN)  # as it is for the commands themselves
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork.*", category=DeprecationWarning)
    link = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    own, warm_fork.LINK = socket.socketpair()
    warm_fork.ENVIRONMENT = dict(os.environ)
    warm_up()
    signal.signal(signal.SIGCHLD, reap)
    while True:
        for asked in select.select([link, own], [], [])[0]:
            _, descriptors, _, _ = socket.recv_fds(asked, 1, 1)
            if not descriptors:  # the tests have ended
                os._exit(0)
            guarded(socket.socket(fileno=descriptors[0]), (link, own))


def warm_up() -> None:
    """Import what the commands would, do what stages do first, and hide it from the garbage collector, so that forks share its pages."""
    import mlspec
    from mlspec.runtime.rehearsal import rehearse
    from mlspec.runtime.threads import alone

    with alone():
        for module in pkgutil.walk_packages(mlspec.__path__, "mlspec."):
            if not module.name.endswith(PROGRAMS):
                importlib.import_module(module.name)
        for name in LIBRARIES:
            importlib.import_module(name)
        rehearse()
    gc.collect()
    gc.freeze()


def guarded(connection: socket.socket, lines: tuple[socket.socket, ...]) -> None:
    """Answer one request in a fork: of that, another fork is what was asked for, and the first waits for it."""
    with connection:
        guardian = os.fork()
        if guardian == 0:
            try:
                for line in lines:
                    line.close()
                answer(connection)
            finally:
                os._exit(0)


def reap(*_: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def answer(connection: socket.socket) -> None:
    from support import warm_fork

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    line, streams = received(connection)
    request = json.loads(line)
    ready, unready = os.pipe()
    child = os.fork()
    if child == 0:
        connection.detach()
        warm_fork.become(request, streams)  # closes all files that are not its own
    for file in (*streams, unready):
        os.close(file)
    os.read(ready, 1)  # until `/proc` shows what it is
    os.close(ready)
    connection.sendall(json.dumps({"pid": child}).encode() + b"\n")
    reply = {"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}
    with contextlib.suppress(OSError):  # whoever asked may have given up
        connection.sendall(json.dumps(reply).encode() + b"\n")


def received(connection: socket.socket) -> tuple[bytes, list[int]]:
    _, streams, _, _ = socket.recv_fds(connection, 1, 64)
    data = b""
    while not data.endswith(b"\n"):
        data += connection.recv(1 << 20)
    return data, streams


if __name__ == "__main__":
    main()
