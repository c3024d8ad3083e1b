"""What chooses settings: wave after wave, each knowing the results of those before it and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from mlspec.runtime.tune.pruning import bars
from mlspec.runtime.tune.space import Parameter, drawn, grid, space_of
from mlspec.runtime.tune.trial import Asked, Trial


@dataclass(frozen=True, slots=True)
class Search:
    """The section `search`, read. `trials`: at most so many; None: all of a grid. `most`: what was recorded of a budget in seconds."""

    engine: str
    metric: str
    greater: bool
    trials: int | None
    wave: int
    folds: int
    seed: int
    space: tuple[Parameter, ...]
    prune: bool = False
    halving: Mapping[str, Any] = field(default_factory=dict)
    sampler: Mapping[str, Any] = field(default_factory=dict)


def search_of(section: Mapping[str, Any], *, greater: bool) -> Search:
    """Read a section."""
    return Search(
        section["engine"],
        section["metric"],
        greater,
        section.get("trials"),
        section["wave"],
        section["folds"] * section["repeats"],
        section["seed"],
        space_of(section["space"]),
        section.get("prune") is not None,
        section.get("halving", {}),
        section.get("sampler", {}),
    )


class Sampler(Protocol):
    """`ask` gives the next wave, empty at the end; `tell` gets all of its trials, in the order of their numbers."""

    def ask(self) -> Sequence[Asked]: ...
    def tell(self, trials: Sequence[Trial]) -> None: ...


def sampler_of(search: Search, seed: int) -> Sampler:
    """The sampler of a search. Raises MLS0008 where optuna is not installed, MLS0657 where it is another version."""
    match search.engine:
        case "optuna":
            from mlspec.runtime.tune.by_optuna import ByOptuna

            return ByOptuna(search, seed)
        case "halving":
            from mlspec.runtime.tune.halving import Halving

            return Halving(search, seed)
        case "grid":
            return Listed(search, itertools.islice(grid(search.space), search.trials))
        case _:
            return Listed(search, (drawn(search.space, seed, number) for number in range(search.trials or 0)))


@dataclass(slots=True)
class Listed:
    """Settings that no result changes: a grid, or random ones."""

    search: Search
    settings: Iterator[dict[str, Any]]
    before: list[Trial] = field(default_factory=list)
    waves: int = 0

    def ask(self) -> Sequence[Asked]:
        found = list(itertools.islice(self.settings, self.search.wave))
        limits = bars(self.before, self.search.folds) if self.search.prune else ()
        return [Asked(len(self.before) + i, self.waves, params, bars=limits) for i, params in enumerate(found)]

    def tell(self, trials: Sequence[Trial]) -> None:
        self.before += trials
        self.waves += 1
