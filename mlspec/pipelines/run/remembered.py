"""Run with a memory: where all is known to be as it was, and up to date, nothing is compiled to say so. Else it is a run like any other.

What is remembered is `plan`'s (`plan/remembered.py`): it is compared by content each time, by the functions that a cold run asks. Memory
says only that there is nothing to do; which stages run, and how, is never taken from it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.compiler.load.asked import Asked
from mlspec.compiler.memory.checked import Texts, read_texts
from mlspec.pipelines.plan.remembered import Planned, Tell, compiled_of, planned_of, recalled
from mlspec.pipelines.run.heal import RWLOCK, is_sound
from mlspec.pipelines.run.options import RunOptions, RunResult, Say
from mlspec.pipelines.run.report import RunReport, report_of
from mlspec.pipelines.run.turn import turn

if TYPE_CHECKING:
    from mlspec.compiler.pipeline import Compiled
    from mlspec.pipelines.workspace import Workspace


def run(
    root: Path, refs: Sequence[str], options: RunOptions, say: Say, tell: Tell, opened: Callable[[Compiled], Workspace], *, local: bool
) -> RunReport:
    """Bring objects (all when none) up to date, as `run_objects` does, and remember how they stand. `opened`: the project, once compiled.

    `tell` gets the warnings. Raises what `run_objects` raises.
    """
    texts = read_texts(root)
    if found := nothing_to_do(texts, refs, options, say, tell):
        return found
    from mlspec.pipelines.verbs import run_objects

    asked = Asked()
    compiled = compiled_of(texts, asked)
    workspace = opened(compiled)
    report = run_objects(workspace, refs, options, say, local=local)
    planned_of(texts, compiled, asked, workspace.generated)
    return report


def nothing_to_do(texts: Texts, refs: Sequence[str], options: RunOptions, say: Say, tell: Tell) -> RunReport | None:
    """The report where a run would find everything up to date; None where it would not, or nobody knows."""
    if options.force or options.pull or options.executor != "warm":
        return None
    began = time.monotonic()
    with turn(texts.root, say):  # the run before may be at work still
        found = recalled(texts)
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
