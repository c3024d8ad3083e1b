"""Successive halving (Jamieson and Talwalkar 2016): all candidates on little, one of `factor` on `factor` times as much, till the end.

A rung is a wave. Candidates are drawn at random by their numbers; each keeps its order where two are as good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mlspec.runtime.tune.samplers import Search
from mlspec.runtime.tune.space import drawn
from mlspec.runtime.tune.trial import Asked, Trial


def rungs(candidates: int, factor: int) -> int:
    """1 + floor(log(candidates, factor)), as scikit-learn counts them: 27 candidates and a factor of 3 are rungs of 27, 9, 3 and 1."""
    found = 1
    while candidates >= factor:
        candidates //= factor
        found += 1
    return found


@dataclass(slots=True)
class Halving:
    """`left`: the settings that are still in, in the order of their numbers at the first rung."""

    search: Search
    seed: int
    left: list[dict[str, Any]] = field(init=False)
    rung: int = 0
    number: int = 0

    def __post_init__(self) -> None:
        self.left = [drawn(self.search.space, self.seed, number) for number in range(self.search.trials or 0)]

    @property
    def factor(self) -> int:
        return int(self.search.halving["factor"])

    @property
    def last(self) -> int:
        return rungs(self.search.trials or 1, self.factor) - 1

    def ask(self) -> Sequence[Asked]:
        if self.rung > self.last or not self.left:
            return []
        return [self._asked(self.number + i, params) for i, params in enumerate(self.left)]

    def _asked(self, number: int, params: dict[str, Any]) -> Asked:
        over = self.factor ** (self.last - self.rung)
        resource, most = self.search.halving["resource"], self.search.halving.get("max")
        if most is None:
            return Asked(number, self.rung, params, 1.0 / over)
        amount = max(1, most // over)
        return Asked(number, self.rung, {**params, resource: amount}, resource=amount)

    def tell(self, trials: Sequence[Trial]) -> None:
        sign = -1.0 if self.search.greater else 1.0
        ranked = sorted((i for i, one in enumerate(trials) if one.value is not None), key=lambda i: (sign * (trials[i].value or 0.0), i))
        kept = sorted(ranked[: max(1, len(trials) // self.factor)])
        self.left = [self.left[i] for i in kept]
        self.number += len(trials)
        self.rung += 1
