"""The judging process's end: one helper process, started when it is first needed, that runs errands one after another."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mlspec.diagnostics import extras, problem
from mlspec.gates.scoring.environment import scrubbed
from mlspec.gates.scoring.errand import Errand

GRACE = 120.0
"""How much longer than an errand its answer may take, for the helper's own start and for clearing up."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder for one errand: `given` goes in, `out` comes back. `out_descriptor` was opened before the errand began."""

    path: Path
    out_descriptor: int


class Helper:
    """The helper process of this process. `start` may be called early: its libraries are imported meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def start(self) -> None:
        """Start the helper, unless it runs. Raises MLS0748."""
        with self._lock:
            self._running()

    def ask(self, errand: Errand, scratch: Scratch) -> tuple[int, bool]:
        """Run an errand to its end; return (exit code or -signal, whether it took too long). Raises MLS0716, MLS0748."""
        with self._lock:
            process = self._running()
            reply = self._converse(process, json.dumps(errand.form(scratch.path)).encode() + b"\n", errand.seconds + GRACE)
            if reply is None:
                self._stop()
                raise problem("MLS0716", f"{errand.who}: the process that scores was stopped from outside, or by the model", help=_AGAIN)
        return int(reply["status"]), bool(reply["late"])

    def close(self) -> None:
        """Stop the helper, if this process started one."""
        with self._lock:
            self._stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self._process, self._owner = _started(), os.getpid()  # a fork of this process does not share its parent's helper
        return self._process

    def _converse(self, process: subprocess.Popen[bytes], line: bytes, seconds: float) -> dict[str, Any] | None:
        stdin, stdout = _pipes(process)
        try:
            stdin.write(line)
            stdin.flush()
            if not select.select([stdout], [], [], seconds)[0]:
                return None
            found = json.loads(stdout.readline())
        except (OSError, ValueError):
            return None
        except BaseException:
            self._stop()  # interrupted: the answer that is still to come is nobody's
            raise
        return found if isinstance(found, dict) else None

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        stdin, stdout = _pipes(process)
        with contextlib.suppress(OSError):
            stdin.close()
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        stdout.close()


_AGAIN = "run the check again; if it happens again, look at the model's code"


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None  # noqa: S101 - started with pipes
    assert process.stdout is not None  # noqa: S101
    return process.stdin, process.stdout


def _started() -> subprocess.Popen[bytes]:
    extras.require()
    setup = {"package": str(Path(__file__).resolve().parents[3]), "paths": _paths()}
    words = [sys.executable, "-I", str(Path(__file__).with_name("start.py")), json.dumps(setup)]
    try:
        return subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=scrubbed(),
            cwd=tempfile.gettempdir(),
            start_new_session=True,
        )
    except OSError as error:
        raise problem(
            "MLS0748", f"no process for scoring can be started: {error.strerror}", help="free memory, or allow more processes"
        ) from error


def _paths() -> list[str]:
    """Where this process finds its libraries; neither the current folder nor a project's root, whose files could stand in for libraries."""
    absolute = [p for p in sys.path if p and Path(p).is_absolute()]
    return [p for p in absolute if not (Path(p) / "mlspec.yaml").exists() and Path(p) != Path.cwd()]


@contextmanager
def scratch_folder() -> Iterator[Scratch]:
    """Yield a new scratch folder, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="mlspec-score-")).resolve()
    descriptor = -1
    try:
        for name in ("out", "tmp"):
            (path / name).mkdir()
        descriptor = os.open(path / "out", os.O_RDONLY | os.O_DIRECTORY)
        yield Scratch(path, descriptor)
    finally:
        if descriptor >= 0:
            os.close(descriptor)
        shutil.rmtree(path, ignore_errors=True)


HELPER = Helper()
atexit.register(HELPER.close)
