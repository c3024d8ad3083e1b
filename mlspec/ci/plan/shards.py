"""Which objects share a job. Deterministic: the same objects and times give the same shards, whatever order they come in."""

from __future__ import annotations

import heapq
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlspec.ci.plan_file import MAX_SHARDS
from mlspec.diagnostics import problem

PER_RUNNER = 4
"""Up to so many shards for each job that may run at once, an object has a shard of its own."""
DEFAULT_MINUTES = 360
"""The time limit of a job whose object names none, which is also the most that GitHub's own runners allow."""
MAX_MINUTES = 7200
"""Five days, the most on a runner of one's own."""
OVERHEAD_MINUTES = 10
"""What a job may take to install and to bring its results, on top of what its objects may take."""


@dataclass(frozen=True, slots=True)
class Task:
    """An object to train. `minutes`: its own time limit, None when it names none; `seconds`: what it took last, None when unknown."""

    ref: str
    runs_on: tuple[str, ...]
    minutes: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Objects that one job trains, in order."""

    refs: tuple[str, ...]
    runs_on: tuple[str, ...]
    minutes: int


def pack(tasks: Iterable[Task], max_parallel: int) -> list[Group]:
    """Spread tasks over at most 256 groups of one runner and one time limit each, evenly by seconds; the longest groups first.

    GitHub starts a matrix's jobs in order, so that what takes longest begins first. Up to `PER_RUNNER * max_parallel` tasks there
    is one a group. Raises MLS0564 when there are more than 256 different runners.
    """
    ordered = sorted(tasks, key=lambda task: task.ref)
    weights = _weights(ordered)
    kinds = _kinds(ordered)
    shares = _shares(kinds, weights, min(MAX_SHARDS, PER_RUNNER * max_parallel))
    groups = [group for kind, members in kinds.items() for group in _spread(kind[0], members, weights, shares[kind])]
    return sorted(groups, key=lambda group: (-sum(weights[ref] for ref in group.refs), group.refs))


def _weights(tasks: Sequence[Task]) -> dict[str, float]:
    known = [task.seconds for task in tasks if task.seconds is not None]
    usual = statistics.median(known) if known else 1.0
    return {task.ref: usual if task.seconds is None else task.seconds for task in tasks}


Kind = tuple[tuple[str, ...], int]
"""Runner labels and time limit in minutes, 0 for the default."""


def _kinds(tasks: Sequence[Task]) -> dict[Kind, list[Task]]:
    """Tasks by what a group of them must share. Where there are too many time limits, a runner's tasks share its longest."""
    found: dict[Kind, list[Task]] = {}
    for task in tasks:
        found.setdefault((task.runs_on, task.minutes or 0), []).append(task)
    if len(found) > MAX_SHARDS:
        found = {}
        for task in tasks:
            found.setdefault((task.runs_on, 0), []).append(task)
    if len(found) > MAX_SHARDS:
        help_text = f"GitHub allows {MAX_SHARDS} jobs in a matrix: let more models share a runner in `resources.runsOn`"
        raise problem("MLS0564", f"the stale models name {len(found)} different runners", help=help_text)
    return dict(sorted(found.items()))


def _shares(kinds: Mapping[Kind, Sequence[Task]], weights: Mapping[str, float], limit: int) -> dict[Kind, int]:
    """How many groups each kind gets: one, and then one more wherever a group would have the most to do."""
    loads = {kind: sum(weights[task.ref] for task in tasks) for kind, tasks in kinds.items()}
    shares = dict.fromkeys(kinds, 1)
    total = min(sum(map(len, kinds.values())), max(limit, len(kinds)))
    queue = [(-loads[kind], -float(len(tasks)), kind) for kind, tasks in kinds.items() if len(tasks) > 1]
    heapq.heapify(queue)
    for _ in range(total - len(kinds)):
        _, _, kind = heapq.heappop(queue)
        shares[kind] += 1
        if shares[kind] < len(kinds[kind]):
            heapq.heappush(queue, (-loads[kind] / shares[kind], -len(kinds[kind]) / shares[kind], kind))
    return shares


def _spread(runs_on: tuple[str, ...], tasks: Sequence[Task], weights: Mapping[str, float], count: int) -> list[Group]:
    """The longest first, each to the group with the least to do."""
    groups: list[list[Task]] = [[] for _ in range(count)]
    queue = [(0.0, 0, number) for number in range(count)]
    for task in sorted(tasks, key=lambda task: (-weights[task.ref], task.ref)):
        load, size, number = heapq.heappop(queue)
        groups[number].append(task)
        heapq.heappush(queue, (load + weights[task.ref], size + 1, number))
    return [Group(tuple(sorted(task.ref for task in group)), runs_on, _minutes(group)) for group in groups]


def _minutes(tasks: Sequence[Task]) -> int:
    """The job's time limit: room for each of its objects to take all of its own, up to what a runner allows."""
    limits = [task.minutes for task in tasks]
    if any(limit is None for limit in limits):
        return min(MAX_MINUTES, max(DEFAULT_MINUTES, OVERHEAD_MINUTES + max((limit or 0) for limit in limits)))
    asked = [limit or 0 for limit in limits]
    most = max(DEFAULT_MINUTES, OVERHEAD_MINUTES + max(asked))
    return min(MAX_MINUTES, most, OVERHEAD_MINUTES + sum(asked))


def whole_minutes(seconds: float | None) -> int | None:
    """A time limit in minutes, at least one; None for none."""
    return None if seconds is None else max(1, min(MAX_MINUTES, math.ceil(seconds / 60)))
