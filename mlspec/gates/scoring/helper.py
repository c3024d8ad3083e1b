"""The judging process's end: one warm process, started when it is first needed, that forks a desk wherever one is asked for.

A desk judges with our own code: it has the labels, and no credentials. For each errand (answer, train again, run user code) the desk asks
a process that was forked beside it, before it had seen anything. See docs/decisions/0029-a-warm-desk.md.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import Problems, extras, problem
from mlspec.gates.scoring.environment import handed_over, scrubbed
from mlspec.gates.scoring.line import Line, from_form
from mlspec.gates.scoring.turns import Turns

if TYPE_CHECKING:
    from mlspec.gates.scoring.errand import Errand

GRACE = 120.0
"""How much longer than an errand its answer may take, for the helper's own start and for clearing up."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder for one errand: `given` goes in, `out` comes back. `out_descriptor` was opened before the errand began."""

    path: Path
    out_descriptor: int


class Helper:
    """The warm process of this process, and its desks. `start` may be called early: its libraries are imported meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._free: list[Line] = []
        self._busy: list[Line] = []
        self._owner = 0
        self._inner: Line | None = None
        self._turns = Turns()

    def start(self) -> None:
        """Start the warm process with a first desk, unless it runs; nothing where its libraries are not installed. Raises MLS0748."""
        if self._inner is None and extras.has("sklearn"):
            with self._lock:
                self._running()

    def adopt(self, line: Line) -> None:
        """Called in a desk: errands go to the process at the other end, and to no other."""
        self._inner = line

    def ask(self, errand: Errand, scratch: Scratch) -> tuple[int, bool]:
        """Run an errand to its end; return (exit code or -signal, whether it took too long). Raises MLS0716, MLS0748."""
        form = errand.form(scratch.path)
        if self._inner is None:
            found = self.work("errand", {"errand": form, "who": errand.who}, errand.who, errand.seconds + GRACE)
        else:
            found = relay({"errand": form, "who": errand.who})
        return int(found[0]), bool(found[1])

    def errand(self, form: Mapping[str, Any], who: str) -> tuple[int, bool]:
        """What a desk does of `ask`."""
        assert self._inner is not None  # noqa: S101 - only a desk calls it
        reply = self._inner.converse(form, float(form["seconds"]) + GRACE)
        if reply is None:
            raise _stopped(who)
        return int(reply["status"]), bool(reply["late"])

    def work(self, what: str, details: Mapping[str, Any], who: str, seconds: float | None = None, *, alone: bool = True) -> Any:
        """Let a desk do a piece of work (see `desk.WORK`), and return what it gives. `alone`: nothing else is at work meanwhile.

        Raises what the work raises, MLS0716 and MLS0748.
        """
        extras.require()
        with self._turns.turn(alone=alone), self._desk() as line:
            reply = line.converse({"do": what, "details": details, "given": handed_over(), "temp": tempfile.gettempdir()}, seconds)
            if reply is None or reply.get("ends"):
                line.close()
            if reply is None:
                raise _stopped(who)
            return _value(reply)

    @contextmanager
    def _desk(self) -> Iterator[Line]:
        """A desk that nobody uses; one that was interrupted is given up: the answer that is still to come is nobody's."""
        with self._lock:
            self._running()
            line = self._free.pop() if self._free else self._opened()
            self._busy.append(line)
        try:
            yield line
        except Exception:
            raise
        except BaseException:
            line.close()
            raise
        finally:
            with self._lock:
                self._gone(line)

    def _gone(self, line: Line) -> None:
        """Somebody is done with a line; it is kept, unless it was closed, or all were meanwhile."""
        if line in self._busy:
            self._busy.remove(line)
            if not line.closed:
                self._free.append(line)
        else:
            line.close()

    def close(self) -> None:
        """Stop what this process started: a desk ends when its line does."""
        with self._lock:
            self._stop()

    def _running(self) -> None:
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self._stop()
            ours, theirs = socket.socketpair()
            with theirs:
                self._process, self._owner = _started(theirs), os.getpid()  # a fork of this process does not share its parent's
            self._control = ours
            self._free = [self._opened()]

    def _opened(self) -> Line:
        assert self._control is not None  # noqa: S101 - it runs
        ours, theirs = socket.socketpair()
        with theirs, contextlib.suppress(OSError):  # it is gone: whoever uses the line will hear nothing
            socket.send_fds(self._control, [b"d"], [theirs.fileno()])
        return Line(ours)

    def _stop(self) -> None:
        process, self._process = self._process, None
        for line in self._busy if self._owner == os.getpid() else ():
            line.end()
        for line in self._free:
            line.close()
        self._busy, self._free = [], []
        if self._control is not None:
            self._control.close()
            self._control = None
        if process is not None and self._owner == os.getpid():
            process.kill()  # it holds nothing; each desk hears that its line ended, and clears up
            process.wait()


def _value(reply: Mapping[str, Any]) -> Any:
    if "problems" in reply:
        raise Problems(from_form(reply["problems"]))
    if "bug" in reply:
        raise RuntimeError(f"at a desk:\n{reply['bug']}")
    return from_form(reply["value"])


def relay(details: Mapping[str, Any]) -> list[Any]:
    """An errand, sent on by the desk."""
    return list(HELPER.errand(details["errand"], str(details["who"])))


def _stopped(who: str) -> Problems:
    return problem("MLS0716", f"{who}: the process that scores was stopped from outside, or by the model", help=_AGAIN)


_AGAIN = "run the check again; if it happens again, look at the model's code"


def _started(control: socket.socket) -> subprocess.Popen[bytes]:
    setup = {"package": str(Path(__file__).resolve().parents[3]), "paths": _paths()}
    words = [sys.executable, "-I", str(Path(__file__).with_name("start.py")), json.dumps(setup)]
    try:
        return subprocess.Popen(
            words,
            stdin=control.fileno(),
            stdout=subprocess.DEVNULL,
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


def warm() -> None:
    """Start the process that will judge: it imports its libraries while the specs are read. Raises MLS0008 where they are not installed."""
    extras.require()
    HELPER.start()


HELPER = Helper()
atexit.register(HELPER.close)
