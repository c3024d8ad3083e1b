"""How far the best of many trials is from what it looks like: other folds, no search at all, and the whole procedure on outer folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.runtime.tune.crew import Crew
from mlspec.runtime.tune.folds import Fold, folds_of
from mlspec.runtime.tune.judge import Judge
from mlspec.runtime.tune.kept import Kept
from mlspec.runtime.tune.samplers import Search
from mlspec.runtime.tune.trial import Asked, Trial, best_of
from mlspec.runtime.tune.waves import search


@dataclass(frozen=True, slots=True)
class Fresh:
    """The winner on the folds of the search and on others, and beside it what the spec says without a search, None where that failed.

    `by_time`: the others begin at other instants, and are no more or less of the same: only differences are compared then.
    """

    searched: float
    fresh: float
    untuned: float | None
    untuned_fresh: float | None
    by_time: bool
    greater: bool

    @property
    def optimism(self) -> float | None:
        """By how much the winner looked better on the folds that chose it, in the metric's units; positive: it looked better.

        The mean of the best of n is too good (Cawley and Talbot 2010); other folds of the same rows show the part of it that the cutting
        of folds makes. Where folds go by time, how much the untuned setting changes between the two is taken off.
        """
        sign = 1.0 if self.greater else -1.0
        found = sign * (self.searched - self.fresh)
        if self.by_time:
            if self.untuned is None or self.untuned_fresh is None:
                return None
            found -= sign * (self.untuned - self.untuned_fresh)
        return _number(found)

    @property
    def gain(self) -> float | None:
        """By how much the winner beats the untuned setting on folds that chose neither; positive: it is better."""
        if self.untuned_fresh is None:
            return None
        return _number((1.0 if self.greater else -1.0) * (self.fresh - self.untuned_fresh))

    def form(self) -> dict[str, Any]:
        return {
            "value": self.searched,
            "fresh": self.fresh,
            "optimism": self.optimism,
            "untuned": self.untuned,
            "untunedFresh": self.untuned_fresh,
            "gain": self.gain,
        }


def _number(value: float) -> float:
    return float(f"{value:.12g}")


def fresh_folds(plan: Mapping[str, Any], judge: Judge) -> list[Fold]:
    """Folds of the same rows that no trial has seen."""
    return folds_of(judge.rows, plan["folds"], plan["seed"], plan["repeats"], fresh=True)


def look_again(plan: Mapping[str, Any], judge: Judge, best: Trial, work: Crew, kept: Kept) -> Fresh:
    """Try the winner on fresh folds, and the setting without a search on both. Raises what a failing winner says (MLS0659 of `outcome`)."""
    from mlspec.runtime.tune.outcome import failed_again

    other = judge.on(fresh_folds(plan, judge))
    whole = Asked(0, 0, best.params)
    again, usual = _tried(other, [whole, Asked(1, 0, {})], work, kept, "fresh")
    (untuned,) = _tried(judge, [Asked(0, 0, {})], work, kept, "untuned")
    if again.value is None or best.value is None:
        raise failed_again(again)
    return Fresh(best.value, again.value, untuned.value, usual.value, judge.rows.times is not None, judge.greater)


def _tried(judge: Judge, asked: Sequence[Asked], work: Crew, kept: Kept, part: str) -> list[Trial]:
    found = {one.number: kept.find(part, one.number, one.params) for one in asked}
    left = [one for one in asked if found[one.number] is None]
    for trial in work(judge, left) if left else ():
        kept.add(part, trial)
        found[trial.number] = trial
    return [ended for one in asked if (ended := found[one.number]) is not None]


def nested(plan: Mapping[str, Any], how: Search, judge: Judge, work: Crew, kept: Kept) -> dict[str, Any]:
    """Search anew within each outer fold, train the winner on all of its rows to learn from, and judge it on the others.

    The mean estimates how well the procedure does, search and all (Varma and Simon 2006). Its interval is Nadeau and Bengio's.
    """
    from mlspec.metrics.corrected import corrected
    from mlspec.runtime.tune.folds import sizes

    outer = folds_of(judge.rows, plan["nested"]["folds"], plan["seed"] + 1)
    found = [_outer(plan, how, judge, fold, i, work, kept) for i, fold in enumerate(outer)]
    values = [value for _, value in found]
    by_time = judge.rows.times is not None
    estimate = corrected(values, sizes(outer)) if not by_time else None
    return {
        "values": values,
        "value": _number(sum(values) / len(values)),
        "low": None if estimate is None else _number(estimate[0]),
        "high": None if estimate is None else _number(estimate[1]),
        "params": [dict(params) for params, _ in found],
    }


def _outer(
    plan: Mapping[str, Any], how: Search, judge: Judge, fold: Fold, number: int, work: Crew, kept: Kept
) -> tuple[Mapping[str, Any], float]:
    from mlspec.runtime.tune.outcome import failed_again, none_left

    learn, rest = fold
    within = [(learn[a], learn[b]) for a, b in folds_of(judge.rows.of(learn), plan["folds"], plan["seed"], plan["repeats"])]
    trials = search(how, judge.on(within), work, kept, seed=plan["seed"], part=f"outer{number}").trials
    best = best_of(trials, greater=judge.greater)
    if best is None:
        raise none_left(trials)
    (ended,) = _tried(judge.on([(learn, rest)]), [Asked(0, 0, best.params)], work, kept, f"judged{number}")
    if ended.value is None:
        raise failed_again(ended)
    return best.params, ended.value
