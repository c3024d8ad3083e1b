"""A search: ask for a wave, do all of it, tell it in the order of its numbers. So it is the same for one worker and for eight, and after a
kill at any trial: nothing that is asked depends on what ended first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mlspec.runtime.report import say
from mlspec.runtime.tune.crew import Crew
from mlspec.runtime.tune.judge import Judge
from mlspec.runtime.tune.kept import Kept
from mlspec.runtime.tune.samplers import Search, sampler_of
from mlspec.runtime.tune.trial import Asked, Trial, best_of


@dataclass(slots=True)
class Budget:
    """`seconds`: begin no wave after so long. `recorded`: so many trials an equal search made before: as many again, however long."""

    seconds: float | None = None
    recorded: int | None = None
    clock: Callable[[], float] = time.monotonic
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    def is_spent(self, trials: int) -> bool:
        """Whether no wave begins any more."""
        if self.recorded is not None:
            return trials >= self.recorded
        return self.seconds is not None and trials > 0 and self.clock() - self.began >= self.seconds


@dataclass(frozen=True, slots=True)
class Searched:
    """All trials of a search in the order of their numbers. `stopped`: by its budget of time."""

    trials: tuple[Trial, ...]
    stopped: bool = False


def search(plan: Search, judge: Judge, work: Crew, kept: Kept, *, seed: int, part: str = "", budget: Budget | None = None) -> Searched:
    """Search until the sampler has nothing more to ask, or the budget is spent."""
    sampler, done, limit = sampler_of(plan, seed), list[Trial](), budget or Budget()
    while not limit.is_spent(len(done)):
        asked = sampler.ask()
        if not asked:
            return Searched(tuple(done))
        wave = _wave(asked, judge, work, kept, part)
        sampler.tell(wave)
        done += wave
        if not part:
            _tell(plan, asked[0].wave, done)
    return Searched(tuple(done), stopped=True)


def _wave(asked: Sequence[Asked], judge: Judge, work: Crew, kept: Kept, part: str) -> list[Trial]:
    known = {one.number: kept.find(part, one.number, one.params) for one in asked}
    found = {number: trial for number, trial in known.items() if trial is not None}
    left = [one for one in asked if one.number not in found]
    for trial in work(judge, left) if left else ():
        kept.add(part, trial)
        found[trial.number] = trial
    return [found[one.number] for one in asked]


def _tell(plan: Search, wave: int, done: Sequence[Trial]) -> None:
    best = best_of(done, greater=plan.greater)
    value = f"best {plan.metric} {best.value:.6g} (trial {best.number})" if best and best.value is not None else "none complete yet"
    say(f"tune: wave {wave + 1}: {len(done)} trials, {value}")
