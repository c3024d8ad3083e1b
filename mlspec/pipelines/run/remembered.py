"""Whether a run has anything to do, by what is remembered: where all is as it was, and up to date, nothing is compiled to say so.

What is remembered is `plan`'s (`plan/remembered.py`): it is compared by content each time, by the functions that a cold run asks. Memory
says only that there is nothing to do; which stages run, and how, is never taken from it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from mlspec.compiler.memory.checked import Texts
from mlspec.compiler.project.layout import RUN_LOCK
from mlspec.pipelines.local_lock import hold
from mlspec.pipelines.plan.remembered import Planned, Tell, recalled
from mlspec.pipelines.run.heal import RWLOCK, is_sound
from mlspec.pipelines.run.options import RunOptions, RunResult
from mlspec.pipelines.run.report import RunReport, report_of


def nothing_to_do(texts: Texts, refs: Sequence[str], options: RunOptions, tell: Tell) -> RunReport | None:
    """The report where a run would find everything up to date; None where it would not, or nobody knows."""
    if options.force or options.pull or options.executor != "warm":
        return None
    began = time.monotonic()
    with hold(texts.root, RUN_LOCK, wait=0.0, on_wait=lambda _: None) as lock:
        found = recalled(texts) if lock is not None else None  # else a run is at work: wait for it as runs do
        if found is None or not _is_done(texts.root, found[1], refs):
            return None
        known, planned = found
        tell(known.diagnostics)
        chosen = planned.names.chosen(refs)
        skipped = RunResult((), tuple(chosen or planned.stages), time.monotonic() - began)
        return report_of(texts.root, planned.names, chosen, skipped)


def _is_done(root: Path, planned: Planned, refs: Sequence[str]) -> bool:
    """Whether all of the project is up to date and stands in the workspace, and nothing keeps DVC from reading it."""
    plan = planned.plan()
    if plan.pending or plan.conflicts or any(s.status != "current" for s in plan.stages):
        return False
    known = planned.stages.keys() >= set(planned.names.chosen(refs))
    return known and is_sound(root / RWLOCK) and _stands(root, planned) and _is_readable(root, planned)


def _stands(root: Path, planned: Planned) -> bool:
    start = f"{root}/"  # ten thousand paths: pathlib takes five times as long
    return all(os.path.exists(start + path) for looked in planned.stages.values() for path in looked.outs)  # noqa: PTH110


def _is_readable(root: Path, planned: Planned) -> bool:
    from mlspec.diagnostics import Problems
    from mlspec.pipelines.plan.surroundings import require_readable

    try:
        require_readable(root, [path for path in planned.desired if path.endswith("/dvc.yaml")])
    except Problems:
        return False  # a run says it
    return True
