"""Starts a child process (a server, a scoring run) and hears from it whether it succeeded."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mlspec.deploy.child import parse_report
from mlspec.deploy.process import spawn, stop_process
from mlspec.diagnostics import Problems, problem

LARGEST_LOG = 10_000_000
"""Bytes after which a log is put aside as `<name>.log.1` at the next start."""


GRACE_SECONDS = 5.0
"""How much later than its parent would end it a child ends itself."""


def launch(module: str, config: Path, root: Path, log: Path, seconds: float, lock: int | None = None) -> subprocess.Popen[str]:
    """Start a child and return once it reports that all is well. Raises what it reports, or MLS0803 when it dies or is too slow.

    `lock`: a handle that the child keeps open until it is ready. A child whose parent is killed goes on: it has its own fate.
    """
    with _open_log(log) as handle:
        process = spawn(module, config, root, handle, seconds + GRACE_SECONDS, lock)
    assert process.stdout is not None  # noqa: S101 - spawn asks for a pipe
    with process.stdout as pipe:
        text = _read_all(pipe, seconds)
    advice = f"its log is {log.relative_to(root).as_posix()}"
    if text is None:
        stop_process(process.pid, 2.0)
        raise problem("MLS0803", f"the process was not ready within {seconds:.0f} seconds", help=advice)
    found = parse_report(text)
    if found is None:
        raise problem("MLS0803", f"the process was ended from outside ({_ending(process.wait(10))})", help=advice)
    if found:
        process.wait(10)
        raise Problems(found)
    return process


def _ending(code: int) -> str:
    if code >= 0:
        return f"code {code}"
    name = signal.Signals(-code).name
    return f"{name}: out of memory?" if name == "SIGKILL" else name


def _read_all(pipe: IO[str], seconds: float) -> str | None:
    """Everything up to the end of the pipe; None when the end does not come in time."""
    end, parts = time.monotonic() + seconds, list[bytes]()
    while select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
        part = os.read(pipe.fileno(), 65536)
        if not part:
            return b"".join(parts).decode(errors="replace")
        parts.append(part)
    return None


@contextlib.contextmanager
def _open_log(log: Path) -> Iterator[IO[bytes]]:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name(log.name + ".1"))
    with log.open("ab") as handle:
        yield handle
