"""How a child process of the reconcile says what went wrong: one line of JSON on its standard output, which is else silent."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import select
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.runtime.threads import pin_process


def arguments(program: str, description: str | None) -> argparse.Namespace:
    """What every child is called with: `config`; `lock`, the handle of the environment's lock (None: it holds none); `seconds`."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument("--config", type=Path, required=True, help="the JSON file that mlspec reconcile wrote")
    parser.add_argument("--lock", type=int, help="an open file, closed once the work is done: until then no other reconcile begins")
    parser.add_argument("--seconds", type=float, help="how long the work may take; a process that is slower ends itself")
    told = "import few libraries, or all that a model may need; then wait for what the reconcile hands over at standard input"
    parser.add_argument("--wait", choices=("few", "all"), help=told)
    return parser.parse_args()


class Report:
    """The child's end. Whatever prints to standard output (a library, user code) goes to standard error, the log.

    The parent may be gone (killed, Ctrl-C): then nobody hears, and the child's work is good all the same.
    """

    def __init__(self, lock: int | None = None, seconds: float | None = None) -> None:
        sys.stdout.flush()
        self._pipe: IO[str] | None = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._lock = lock
        if lock is not None:
            os.set_inheritable(lock, False)  # what the model starts holds nothing
        self._timer = threading.Timer(seconds, os._exit, (1,)) if seconds else None
        if self._timer:
            self._timer.daemon = True
            self._timer.start()

    def end_with_parent(self) -> None:
        """From now on this process ends when the reconcile does: for work that is worth nothing unless somebody hears of it."""
        if self._pipe:
            threading.Thread(target=_exit_when_unread, args=(os.dup(self._pipe.fileno()),), daemon=True).start()

    def done(self) -> None:
        """All is well: the server is ready, the work is done."""
        self.fail(())

    def fail(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Hand the diagnostics to the parent (once; later ones are only logged)."""
        pipe, self._pipe = self._pipe, None
        if pipe is None:
            return
        if self._timer:
            self._timer.cancel()
        if self._lock is not None:  # before the parent hears: it may begin anew at once
            with contextlib.suppress(OSError):
                os.close(self._lock)
        try:
            with pipe:
                pipe.write(json.dumps([{"code": d.code, "message": d.message, "help": d.help} for d in diagnostics]))
        except OSError:
            logging.getLogger("mlspec").warning("the reconcile that started this process is gone")


def _exit_when_unread(pipe: int) -> None:
    """Wait until the other end of a pipe is closed, then end the process."""
    poll = select.poll()
    poll.register(pipe, 0)  # POLLERR and POLLHUP are always told
    while not poll.poll():
        pass
    os._exit(1)


def run_reporting(work: Callable[[Report], None], lock: int | None = None, seconds: float | None = None) -> int:
    """Run a child's work; return its exit code. What it raises is reported, and logged with its traceback.

    One thread per numeric kernel: a model answers with the same bits anywhere, and a server scales by its own threads.
    """
    pin_process()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    report = Report(lock, seconds)
    try:
        work(report)
    except Problems as found:
        for d in found.diagnostics:
            logging.getLogger("mlspec").log(logging.ERROR, "%s: %s", d.code, d.message)  # expected: no traceback
        report.fail(found.diagnostics)
        return 1
    except Exception as error:
        logging.getLogger("mlspec").exception("the process ends")
        first = (str(error).splitlines() or [""])[0][:300]
        report.fail((Diagnostic("MLS0803", f"the process ended with {type(error).__name__}: {first}"),))
        return 1
    report.done()
    return 0


def parse_report(text: str) -> tuple[Diagnostic, ...] | None:
    """Read what a child reported; empty when all is well, None when it said nothing (it was killed)."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return tuple(Diagnostic(d["code"], d["message"], None, d["help"]) for d in found)
