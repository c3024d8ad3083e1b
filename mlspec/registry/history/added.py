"""When a record was merged. Records are only ever added, so the step is found by halving, without reading what lies between."""

from __future__ import annotations

from collections.abc import Sequence

from mlspec.registry.branch import Line, Step


def added(line: Line, steps: Sequence[Step], paths: Sequence[str]) -> dict[str, Step]:
    """{path: the step that added it} of files that the tip has. `steps`: the whole line, newest first.

    What it returns is a step that has the file and whose predecessor has not; were a record removed and added again (verify refuses
    that), it may be either.
    """
    bounds = {path: (0, len(steps)) for path in paths}  # has it, has it not
    while open_ones := {p: (a + b) // 2 for p, (a, b) in bounds.items() if b - a > 1}:
        found = line.repository.exist([f"{steps[at].commit}:{p}" for p, at in open_ones.items()])
        there = dict(zip(open_ones, found, strict=True))
        for path, at in open_ones.items():
            low, high = bounds[path]
            bounds[path] = (at, high) if there[path] else (low, at)
    return {path: steps[low] for path, (low, _) in bounds.items()}
