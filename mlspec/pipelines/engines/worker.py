"""What a cluster calls, by its import path, with bytes: `perform(content, digest)`. It needs mlspec on the worker, and returns bytes.

The task runs below a folder of its own, in a process group that ends when the worker does: no late output of a worker that was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mlspec.diagnostics import Diagnostic
from mlspec.pipelines.engines.forms import Answer, Finding, to_bytes
from mlspec.pipelines.engines.pack import sha256
from mlspec.pipelines.engines.task import ANSWER, TASK
from mlspec.pipelines.run import supervise
from mlspec.pipelines.run.dvc_process import environment
from mlspec.pipelines.run.killed import killed

PREFIX = "mlspec-task-"
_LOCK, _YOUNG_SECONDS = "lock", 60.0
MAX_TOLD = 4000
"""Characters of what a task that broke said last."""


def perform(content: bytes, digest: str) -> bytes:
    """Do a task; return its answer, whatever came of it. Raises ValueError where the bytes are not those that were sent."""
    if sha256(content) != digest:
        raise ValueError("the task was damaged on its way")
    _sweep(Path(tempfile.gettempdir()))
    with _own_folder() as folder:
        (folder / TASK).write_bytes(content)
        code, said = _in_its_own_process(folder)
        answer = folder / ANSWER
        return answer.read_bytes() if answer.is_file() else _broke(code, said)


def _in_its_own_process(folder: Path) -> tuple[int, str]:
    """Run `task` below a supervisor; return its exit code, and the end of what it wrote."""
    command = [sys.executable, "-P", "-m", "mlspec.pipelines.engines.task", str(folder)]
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", supervise.__file__, *command],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait()
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait()
    return process.returncode, log.read_bytes()[-MAX_TOLD:].decode(errors="replace")


def _broke(code: int, said: str) -> bytes:
    if code < 0 and -code in set(signal.Signals):
        return to_bytes(Answer(ref="", status="failed", findings=(Finding.of(killed("the task", -code)),)), {})
    last = next((line for line in reversed(said.splitlines()) if line.strip()), f"it ended with {code}")
    message = f"mlspec broke on a worker of the cluster: {last}"
    found = Diagnostic("MLS0537", message[:MAX_TOLD], None, "`mlspec run --local` runs it here; report the bug with its lines")
    return to_bytes(
        Answer(ref="", status="broke", findings=(Finding.of(found),), lines=tuple(f"      | {x[:1900]}" for x in said.splitlines())), {}
    )


@contextlib.contextmanager
def _own_folder() -> Iterator[Path]:
    """A folder that goes with the task. Its lock is the kernel's, so that what a killed worker left is known for sure."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _sweep(place: Path) -> None:
    """Remove the folders of workers that were killed: nobody holds their lock. A number of a process may be another container's."""
    for lock in place.glob(f"{PREFIX}*/{_LOCK}"):
        with contextlib.suppress(OSError):
            handle = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - os.fstat(handle).st_mtime > _YOUNG_SECONDS:
                    shutil.rmtree(lock.parent, ignore_errors=True)
            finally:
                os.close(handle)
