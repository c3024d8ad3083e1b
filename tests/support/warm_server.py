"""A warm process that runs `mlspec` and `dvc` in forks of itself; started by `warm.py`, which says what it is for.

It speaks over the socket that is its standard input: a request is the client's end of a connection of its own. There, one line of JSON
(words, folder, environment) comes with three descriptors; the fork's pid goes back at once, and its status and processor seconds at its end.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
import warnings
from pathlib import Path

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
PROGRAMS = ("__main__", "mlspec.pipelines.run.supervise", "mlspec.gates.scoring.start")
"""Modules that are a program of their own."""


def main() -> None:
    sys.path[0] = str(BIN)  # as it is for the commands themselves
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork.*", category=DeprecationWarning)
    link = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    warm_up()
    signal.signal(signal.SIGCHLD, reap)
    while True:
        _, descriptors, _, _ = socket.recv_fds(link, 1, 1)
        if not descriptors:  # the tests have ended
            os._exit(0)
        guarded(socket.socket(fileno=descriptors[0]), link)


def warm_up() -> None:
    """Import what the commands would, and hide it from the garbage collector, so that forks share its pages."""
    import mlspec

    for module in pkgutil.walk_packages(mlspec.__path__, "mlspec."):
        if not module.name.endswith(PROGRAMS):
            importlib.import_module(module.name)
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def guarded(connection: socket.socket, link: socket.socket) -> None:
    """Answer one request in a fork: of that, another fork is the command, and the first waits for it."""
    with connection:
        guardian = os.fork()
        if guardian == 0:
            try:
                link.close()
                answer(connection)
            finally:
                os._exit(0)


def reap(*_: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def answer(connection: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    line, streams = received(connection)
    child = os.fork()
    if child == 0:
        connection.close()
        command(json.loads(line), streams)
    for stream in streams:
        os.close(stream)
    connection.sendall(json.dumps({"pid": child}).encode() + b"\n")
    _, status, usage = os.wait4(child, 0)
    reply = {"code": os.waitstatus_to_exitcode(status), "seconds": usage.ru_utime + usage.ru_stime}
    with contextlib.suppress(OSError):  # whoever asked may have given up
        connection.sendall(json.dumps(reply).encode() + b"\n")


def received(connection: socket.socket) -> tuple[bytes, list[int]]:
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    data = b""
    while not data.endswith(b"\n"):
        data += connection.recv(1 << 20)
    return data, streams


def command(request: dict, streams: list[int]) -> None:
    """Become the command: its standard streams, folder, environment and words. Ends this process."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    program = request["words"][0]
    sys.argv = [str(BIN / program), *request["words"][1:]]
    tempfile.tempdir = None  # read anew from the environment
    sys.modules["numpy"].random.seed()  # the module `random` does so by itself
    code = 1
    try:
        code = ended(importlib.import_module({"mlspec": "mlspec.cli.main", "dvc": "dvc.cli"}[program]).main)
        threading._shutdown()  # type: ignore[attr-defined]  # as Python itself does at its end, then this
        atexit._run_exitfuncs()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def ended(main) -> int:
    """The exit code of a program, as Python's own end of it tells it."""
    try:
        code = main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        return 1
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


if __name__ == "__main__":
    main()
