"""`mlspec validate --watch`: check again whenever something changed that the outcome hangs on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mlspec.cli import console, context
from mlspec.compiler.memory.checked import Checked, InProcess, Rules, read_texts, recall, validations
from mlspec.compiler.memory.known import Known
from mlspec.diagnostics.words import some

PAUSE = 0.5
"""Seconds between two looks, at least."""
SHARE = 10
"""So many times as long as a look takes is the pause after it: a tenth of a processor at most."""


def watch(root: Path, show: Callable[[Checked], int], select: Sequence[str], ignore: Sequence[str]) -> int:
    """Show what is found, and again after each change, until Ctrl-C. Returns the exit code of what was shown last."""
    code, before = console.EXIT_OK, None
    try:
        for known in _looks(root, (select, ignore)):
            if before is not None and _is_same(known, before):
                continue
            if before is not None and (changed := sorted(before.changed(known.specs))):
                console.err(f"changed: {some(changed)}")
            code, before = show(Checked(known.diagnostics, known.counted)), known
            context.settle()
    except KeyboardInterrupt:
        return code
    return code


def _looks(root: Path, rules: Rules) -> Iterator[Known]:
    """What is known now, time and again. Contents are compared, so that no clock and no file system has to be trusted."""
    memory = InProcess()
    for known in validations(root, rules).read():
        memory.write(known)
    while True:
        began = time.monotonic()
        known = recall(read_texts(root), memory, rules, with_fixes=True)
        took = time.monotonic() - began
        yield known
        time.sleep(max(PAUSE, SHARE * took))


def _is_same(known: Known, before: Known) -> bool:
    return known is before or (known.diagnostics, known.counted, known.specs) == (before.diagnostics, before.counted, before.specs)
