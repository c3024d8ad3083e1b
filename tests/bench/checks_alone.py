"""The checks of a project's stage `validate` alone, in a process of their own: run in the folder of its stages, by data.py.

A program and not a text of one, so that the linters see when what it calls has another name.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlspec.runtime import context, tables
from mlspec.runtime.threads import pin_process
from mlspec.runtime.validate import open_rows
from mlspec.runtime.validate.check import Check
from mlspec.runtime.validate.compile_rules import compile_rules
from mlspec.runtime.validate.measure import measure

TIMES = 3


def main(path: str) -> None:
    """Print the processor seconds that reading the columns costs, and those of the checks: medians, as a list in JSON."""
    pin_process()
    found = context.load("validate", Path())
    rows = open_rows(found, Path(path).resolve())
    checks = compile_rules(found, rows, tables.columns_of(rows, "data"), None)
    reading, checking = zip(*(_once(rows, checks) for _ in range(TIMES)), strict=True)
    print(json.dumps([sorted(took)[TIMES // 2] for took in (reading, checking)]))


def _once(rows: Any, checks: Sequence[Check]) -> tuple[float, float]:
    began = _busy()
    for _ in tables.stream(rows, "SELECT * EXCLUDE (__row) FROM data"):
        pass
    read = _busy()
    outcomes = measure(rows, checks)
    broken = [outcome for outcome in outcomes if outcome.found]
    if broken:
        raise SystemExit(f"these rows should break no rule: {broken}")
    return read - began, _busy() - read


def _busy() -> float:
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


if __name__ == "__main__":
    main(sys.argv[1])
