"""Processes of this machine: is it alive, is it ours, end it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from mlspec.adapters.github.token import TOKENS
from mlspec.deploy.ahead import hand_over, is_waiting
from mlspec.diagnostics import extras, problem

SERVER_MODULE = "mlspec.deploy.server"
WORKER_MODULE = "mlspec.deploy.server.worker"
_children: dict[int, subprocess.Popen[str]] = {}
"""Servers that this process started: kept so that one that ended is reaped, and does not look alive."""
os.register_at_fork(after_in_child=_children.clear)  # a fork of ours is not their parent: to it, all would look ended


def spawn(module: str, config: Path, root: Path, log: IO[bytes], seconds: float, lock: int | None = None) -> subprocess.Popen[str]:
    """Start `python -m MODULE --config FILE` in a session of its own; its standard output is the report's pipe.

    `-P` keeps the project's folder from shadowing libraries. The token for GitHub's API is this process's: model code gets none.
    `seconds`: after which it ends itself when it is not ready (whoever started it may be gone); `lock`: a handle that it keeps till then.
    Raises MLS0008 where the libraries that it needs are not installed.
    """
    extras.require()
    process = hand_over(config, log.fileno(), seconds, lock) if module == SERVER_MODULE else None
    if process is None:
        process = _started(module, config, root, log, seconds, lock)
    _children[process.pid] = process
    return process


def _started(module: str, config: Path, root: Path, log: IO[bytes], seconds: float, lock: int | None) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", module, "--config", str(config), "--seconds", f"{seconds:g}"]
    return subprocess.Popen(
        [*command, *(() if lock is None else ("--lock", str(lock)))],
        cwd=root,
        env=_without_tokens(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
        text=True,
        pass_fds=() if lock is None else (lock,),
    )


def server_ahead(config: Path, root: Path, line: socket.socket, *, all_libraries: bool) -> subprocess.Popen[str]:
    """Start a server that waits at the other end of a line until it is told to begin (see `ahead`). `all_libraries`: scikit-learn, too."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", SERVER_MODULE, "--config", str(config), "--wait", "all" if all_libraries else "few"],
        cwd=root,
        env=_without_tokens(),
        stdin=line.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )


def _without_tokens() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in TOKENS}


def is_server(pid: int, config: Path) -> bool:
    """Whether `pid` runs, and runs the server that was started with this config file (numbers of processes are used again)."""
    import psutil

    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        del _children[pid]
        return False
    try:
        process = psutil.Process(pid)
        command = process.cmdline()
        return process.status() != psutil.STATUS_ZOMBIE and SERVER_MODULE in command and str(config) in command
    except psutil.Error:
        return False


def strays(config: Path) -> list[int]:
    """Servers that were started with this config file (for when the state file is lost)."""
    import psutil

    found = [p.pid for p in psutil.process_iter(["cmdline"]) if str(config) in (p.info["cmdline"] or [])]
    return [pid for pid in found if not is_waiting(pid) and is_server(pid, config)]


def left_workers(config: Path) -> list[int]:
    """Workers of that server whose supervisor is gone and that still hold its socket: all others saw it end, and let go at once."""
    import psutil

    found = []
    for process in psutil.process_iter(["cmdline", "ppid"]):
        command = process.info["cmdline"] or []
        if WORKER_MODULE in command and str(config) in command and not is_server(process.info["ppid"], config) and listens(process.pid):
            found.append(process.pid)
    return found


def listens(pid: int) -> bool:
    """Whether a process takes connections: a replaced server that only answers what it accepted does not."""
    import psutil

    try:
        return any(c.status == psutil.CONN_LISTEN for c in psutil.Process(pid).net_connections("tcp"))
    except psutil.Error:
        return False


def alive(pid: int) -> bool:
    """Whether a process of that number runs (a zombie does not)."""
    import psutil

    child = _children.get(pid)
    if child is not None:
        return child.poll() is None
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait up to `seconds` until the process has ended; return whether it has."""
    end = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def stop_process(pid: int, seconds: float) -> None:
    """End a process: SIGTERM, and SIGKILL when it is still there after `seconds`. Raises MLS0808 when even that fails."""
    for sign, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, sign)
        if wait_gone(pid, patience):
            return
    raise problem("MLS0808", f"the server (process {pid}) does not stop", help=f"look at process {pid}: `ps -fp {pid}`")


def listener_of(port: int) -> str | None:
    """Describe the process that listens on a TCP port, as far as this user may know."""
    import psutil

    try:
        found = [c.pid for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port]
        pid = next((p for p in found if p), None)
        return None if pid is None else f"process {pid} ({_short(psutil.Process(pid).cmdline())})"
    except (psutil.Error, OSError):
        return None


def _short(command: Sequence[str]) -> str:
    text = " ".join([Path(command[0]).name, *command[1:]]) if command else "?"
    return text if len(text) <= 120 else text[:117] + "..."
