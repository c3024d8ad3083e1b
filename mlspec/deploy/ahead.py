"""A server's process, started before its deployment is verified: it imports its libraries meanwhile, and knows of no model yet.

Once the approval holds it is handed its log, its report's pipe and the environment's lock, and begins as any other. Where nothing comes
of it, it ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mlspec.compiler.project.layout import ENVIRONMENTS, MODEL_CACHE
from mlspec.deploy.state import Places, State, places, read_state
from mlspec.runtime.artifact import FACTS

_DIGEST = re.compile(r"""\bdigest["']?\s*:\s*["']?(sha256:[0-9a-f]{64})""")
"""What is declared, and not `previous`, which names what runs."""
_NAME = re.compile(r"[\w-]+")
_waiting: dict[str, tuple[subprocess.Popen[str], socket.socket]] = {}
"""{config file: a process that waits, and the line to it}."""
os.register_at_fork(after_in_child=_waiting.clear)


def outdated(root: Path, environment: str) -> Path | None:
    """The config file of the first server here whose environment file names another digest now: a look that decides nothing."""
    found = _outdated(root, environment)
    return None if found is None else found[0].config


def _outdated(root: Path, environment: str) -> tuple[Places, State] | None:
    if not _NAME.fullmatch(environment):  # it is told later, by whoever knows the environments
        return None
    for file in sorted((root / ENVIRONMENTS / environment).glob("*.yaml")):
        place = places(root, environment, file.stem)
        state = read_state(place.state)
        with contextlib.suppress(OSError, ValueError):
            named = _DIGEST.findall(file.read_text(encoding="utf-8"))
            if state is not None and named and state.digest not in named:
                return place, state
    return None


@contextmanager
def started_ahead(root: Path, environment: str, *, dry_run: bool) -> Iterator[None]:
    """Start what will replace a server that is outdated; at the end, end what was not needed."""
    from mlspec.deploy.process import server_ahead

    found = None if dry_run else _outdated(root, environment)
    if found is not None:
        place, state = found
        ours, theirs = socket.socketpair()
        with theirs:
            _waiting[str(place.config)] = server_ahead(place.config, root, theirs, all_libraries=not _is_kept(root, state)), ours
    try:
        yield
    finally:
        while _waiting:
            _, (process, line) = _waiting.popitem()
            line.close()
            process.kill()
            process.wait()


def _is_kept(root: Path, state: State) -> bool:
    """Whether the model that runs did without scikit-learn: so will the next, most likely. Where not, it imports later."""
    return (root / MODEL_CACHE / state.digest.removeprefix("sha256:") / FACTS).is_file()


def is_waiting(pid: int) -> bool:
    """Whether a process is one that waits here."""
    return any(process.pid == pid for process, _ in _waiting.values())


def hand_over(config: Path, log: int, seconds: float, lock: int | None) -> subprocess.Popen[str] | None:
    """Let the process that waits for a config file begin; its standard output is the report's pipe. None where none waits."""
    process, line = _waiting.pop(str(config), (None, None))
    if process is None or line is None:
        return None
    read, write = os.pipe()
    handles: Sequence[int] = [write, log, *(() if lock is None else (lock,))]
    try:
        with line:
            socket.send_fds(line, [json.dumps({"seconds": seconds}).encode()], handles)
    except OSError:
        os.close(read)
        process.kill()
        process.wait()
        return None
    finally:
        os.close(write)
    process.stdout = os.fdopen(read, encoding="utf-8")
    return process


def wait_for_work(libraries: Sequence[str]) -> tuple[int | None, float]:
    """In the process that waits: import, then take what is handed over; return (the lock's handle, seconds). Ends when nothing comes."""
    from importlib import import_module

    line = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for name in libraries:
        import_module(name)
    said, handles, _, _ = socket.recv_fds(line, 1 << 12, 3)
    line.close()
    if len(handles) < 2:
        os._exit(0)
    for handle, standard in zip(handles[:2], (1, 2), strict=True):
        os.dup2(handle, standard)
        os.close(handle)
    return (handles[2] if len(handles) > 2 else None), float(json.loads(said)["seconds"])
