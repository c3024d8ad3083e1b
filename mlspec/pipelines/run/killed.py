"""A stage that a signal ended says nothing itself: what most likely happened, and what to do, is told for it."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence

from mlspec.diagnostics import Diagnostic

_EXITED = re.compile(r"exited with (-?\d+)")
_BY_SHELL = 128
"""A shell that runs a command reports a signal as 128 and its number."""


def killed_by(output: Sequence[str], code: int) -> int | None:
    """The signal that ended a stage, by what DVC said of it, or by the exit code of DVC itself; None when it ended by itself."""
    said = [int(found[1]) for line in output if line.startswith("ERROR") for found in [_EXITED.search(line)] if found]
    status = said[-1] if said else code
    number = -status if status < 0 else status - _BY_SHELL
    return number if number in set(signal.Signals) else None


def killed(what: str, number: int) -> Diagnostic:
    """The diagnostic of a process that a signal ended. Nobody but the kernel sends SIGKILL unasked: memory was short."""
    name = signal.Signals(number).name
    if number == signal.SIGKILL:
        message = f"{what} was killed (signal 9), most likely for memory: the system ends the largest process when none is left"
        fix = "give it more memory (a larger machine, `resources.runsOn`, a container's limit), or fewer rows, columns or `n_jobs`"
    elif number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT):
        message, fix = (
            f"{what} crashed ({name})",
            "a fault in a library, or a processor that it is not built for: try another version of it",
        )
    else:
        message, fix = f"{what} was ended from outside ({name})", "somebody or a time limit ended it; run it again"
    return Diagnostic("MLS0514", message, None, fix)
