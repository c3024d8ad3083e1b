"""How a child process of the reconcile says what went wrong: one line of JSON on its standard output, which is else silent."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from typing import IO

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.runtime.threads import pin_process


class Report:
    """The child's end. Whatever prints to standard output (a library, user code) goes to standard error, the log."""

    def __init__(self) -> None:
        sys.stdout.flush()
        self._pipe: IO[str] | None = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def done(self) -> None:
        """All is well: the server is ready, the work is done."""
        self.fail(())

    def fail(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Hand the diagnostics to the parent (once; later ones are only logged)."""
        if self._pipe:
            self._pipe.write(json.dumps([{"code": d.code, "message": d.message, "help": d.help} for d in diagnostics]))
            self._pipe.close()
            self._pipe = None


def run_reporting(work: Callable[[Report], None]) -> int:
    """Run a child's work; return its exit code. What it raises is reported, and logged with its traceback.

    One thread per numeric kernel: a model answers with the same bits anywhere, and a server scales by its own threads.
    """
    pin_process()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    report = Report()
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
