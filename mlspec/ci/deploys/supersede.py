"""`mlspec ci supersede`: cancel older runs that wait, where this run deploys something newer. A run in which a job runs is never cancelled.

They would hold their environment's group until somebody answers, at most for 30 days, and a reviewer who did would deploy what is out of
date. Cancelled, and not rejected: of a rejected run people report that its group stays held (elizaOS/eliza#15914).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mlspec.adapters.github.runs import WorkflowRun, cancel_run, read_run
from mlspec.ci.deploys.decide import Other, to_cancel
from mlspec.ci.deploys.here import Here
from mlspec.ci.deploys.history import Deployments
from mlspec.ci.deploys.patience import looks
from mlspec.diagnostics.words import some

PATIENCE = 600.0
"""Seconds to wait for jobs of older runs to end."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a run, in a line. `left`: it may still deploy what is out of date."""

    line: str
    left: bool = False


def supersede(here: Here, deployments: Deployments, due: Collection[str], patience: float = PATIENCE) -> Iterator[Told]:
    """Cancel what waits, and tell each. Raises `Refused`, MLS0986, MLS0987."""
    left = [other.run for other in to_cancel(here.others(deployments), due)]
    for _ in looks(patience):
        busy = []
        for run in left:
            told = _one(here, deployments, read_run(deployments.api, deployments.slug, run), due)
            if told is None:
                busy.append(run)
            elif told.line:
                yield told
        left = busy
        if not left:
            return
    yield from (Told(f"run {run} is at work after {patience / 60:.0f} minutes: it was left alone", left=True) for run in left)


def _one(here: Here, deployments: Deployments, run: WorkflowRun, due: Collection[str]) -> Told | None:
    """None while one of its jobs runs."""
    if run.is_done:
        return Told("")
    found = deployments.look(run)
    if found.busy:
        return None
    if not to_cancel([here.other(deployments, run)], due):
        return Told("")
    return _cancelled(here.other(deployments, run), cancel_run(deployments.api, deployments.slug, run.id), due)


def _cancelled(other: Other, taken: bool, due: Collection[str]) -> Told:  # noqa: FBT001 - what GitHub said
    names = some(sorted(other.may & set(due)), 5)
    what = f"run {other.run} of {other.commit[:12]}, which would have deployed to {names}"
    return Told(f"cancelled: {what}") if taken else Told(f"GitHub did not cancel {what}: look at it, and cancel it by hand", left=True)
