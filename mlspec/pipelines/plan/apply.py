"""Executes a plan: each file by temporary name and rename, the ledger first (as intent) and last, one apply at a time.

Killed at any point, it leaves whole files only; a second run finishes the work, since the ledger lists all that was to be touched.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from mlspec.compiler.project.layout import APPLY_LOCK, LEDGER
from mlspec.diagnostics import Diagnostic, Problems, Span, problem
from mlspec.diagnostics.atomic import replace_file, sweep
from mlspec.pipelines.local_lock import hold
from mlspec.pipelines.plan.actions import Change, Plan
from mlspec.pipelines.plan.ledger import intent_text

WAIT_SECONDS = 30.0
TEMPORARY = ".mlspec-apply-"
"""Not the prefix of the stages: an apply must not clear away what a stage is writing."""


def apply(root: Path, make_plan: Callable[[], Plan], agree: Callable[[Plan], None] = lambda _: None) -> Plan:
    """Take the lock, plan, execute; return the plan that was executed. `agree` is asked before the first write, and raises to stop it.

    Raises `Problems` on conflicts.
    """
    with locked(root):
        plan = make_plan()
        if plan.conflicts:
            raise Problems(conflict_problems(plan))
        agree(plan)
        pending = sorted(plan.pending, key=_turn)
        if any(c.path != LEDGER for c in pending):
            _announce(root, plan)
        for change in pending:
            execute(root, change)
        return plan


def _turn(change: Change) -> tuple[int, str]:
    """Outputs go first, then the lock that names them; what keeps them out of Git goes last but for the ledger."""
    name = change.path.rpartition("/")[2]
    if change.path == LEDGER:
        return 4, ""
    if change.action != "delete":
        return 2, change.path
    return (3 if name == ".gitignore" else 1 if name == "dvc.lock" else 2 if name in ("dvc.yaml", "params.yaml") else 0), change.path


def _announce(root: Path, plan: Plan) -> None:
    """Write into the ledger what will be touched, so that a killed apply leaves no file that is not known as ours."""
    text = intent_text(root, plan.changes)
    target = root / LEDGER
    if not target.is_file() or target.read_bytes() != text.encode():
        execute(root, Change(LEDGER, "update", text=text))


def conflict_problems(plan: Plan) -> list[Diagnostic]:
    """A diagnostic for each file in the way."""
    advice = "nothing was written; mlspec never overwrites it"
    return [Diagnostic("MLS0501", f"{c.path} is in the way: {c.reason}", Span(c.path), advice) for c in plan.conflicts]


def execute(root: Path, change: Change) -> None:
    """Make one change on disk, and clear away what a killed apply left beside it."""
    target = root / change.path
    sweep(target.parent, TEMPORARY)
    if change.text is None:
        target.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            for folder in target.relative_to(root).parents:
                if folder.name:
                    (root / folder).rmdir()  # the first that is not empty ends it
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, change.text)


def write_atomically(target: Path, text: str) -> None:
    """Write UTF-8 with LF beside `target`, and rename it over. Generated files can be made again: there is no wait for the disk."""
    replace_file(target, text.encode(), prefix=TEMPORARY, durable=False)


@contextlib.contextmanager
def locked(root: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the project's lock. Raises MLS0502 when another holds it for longer than `wait` seconds."""
    with hold(root, APPLY_LOCK, wait=wait, on_wait=lambda _: None) as held:
        if held is None:
            raise problem("MLS0502", "another mlspec is writing this project", help="wait for it, or stop it, and run again")
        yield
