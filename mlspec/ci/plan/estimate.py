"""How long the jobs will take, by what the objects took last."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from mlspec.ci.plan_file import CiPlan, Layer


@dataclass(frozen=True, slots=True)
class Estimate:
    """`work`: seconds of all objects whose last run is known; `wall`: the same with so many jobs at once; `unknown`: objects without."""

    work: float
    wall: float
    jobs: int
    unknown: int


def estimate(plan: CiPlan, max_parallel: int) -> Estimate:
    """Estimate a plan. Layers run one after the other, the shards of one in turn on `max_parallel` jobs; starting a job counts nothing."""
    objects = list(plan.objects())
    known = [plan.seconds[ref] for ref in objects if ref in plan.seconds]
    wall = sum(_wall(layer, plan, max_parallel) for layer in plan.layers)
    return Estimate(sum(known), wall, sum(1 for _ in plan.shards()), len(objects) - len(known))


def _wall(layer: Layer, plan: CiPlan, max_parallel: int) -> float:
    free = [0.0] * max_parallel
    for shard in layer.shards:
        heapq.heappush(free, heapq.heappop(free) + sum(plan.seconds.get(ref, 0.0) for ref in shard.objects))
    return max(free)
