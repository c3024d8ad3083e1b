"""Executes a plan: each file by temporary name and rename, the ledger last, one apply at a time.

Killed at any point, it leaves whole files only; a second run finishes the work, since what is ours is told by header.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from mlspec.diagnostics import Diagnostic, Problems, Span, problem
from mlspec.plan.actions import Change, Plan
from mlspec.plan.ledger import LEDGER
from mlspec.plan.local_lock import hold
from mlspec.runtime.atomic import sweep

LOCK = ".mlspec/lock"
WAIT_SECONDS = 30.0
TEMPORARY = ".mlspec-apply-"
"""Not the prefix of the stages: an apply must not clear away what a stage is writing."""


def apply(root: Path, make_plan: Callable[[], Plan]) -> Plan:
    """Take the lock, plan, execute; return the plan that was executed. Raises `Problems` on conflicts."""
    with locked(root):
        plan = make_plan()
        if plan.conflicts:
            raise Problems([_conflict(c) for c in plan.conflicts])
        for change in sorted(plan.pending, key=lambda c: c.path == LEDGER):
            execute(root, change)
        return plan


def _conflict(change: Change) -> Diagnostic:
    return Diagnostic(
        "MLS0501", f"{change.path} is in the way: {change.reason}", Span(change.path), "nothing was written; mlspec never overwrites it"
    )


def execute(root: Path, change: Change) -> None:
    """Make one change on disk, and clear away what a killed apply left beside it."""
    target = root / change.path
    sweep(target.parent, TEMPORARY)
    if change.text is None:
        target.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            target.parent.rmdir()
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, change.text)


def write_atomically(target: Path, text: str) -> None:
    """Write UTF-8 with LF to a temporary file beside `target`, and rename it over.

    Not `runtime.atomic`: that waits for the disk at each file, and generated files can be made again.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def locked(root: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the project's lock. Raises MLS0502 when another holds it for longer than `wait` seconds."""
    with hold(root, LOCK, wait=wait, on_wait=lambda _: None) as held:
        if held is None:
            raise problem("MLS0502", "another mlspec is writing this project", help="wait for it, or stop it, and run again")
        yield
