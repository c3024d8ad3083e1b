"""Optuna chooses the settings of a wave together, then hears all results in the order of their numbers.

Its study lives in memory: a search that goes on asks again from the beginning, which gives the same settings, and is told what the log has.
Every argument of the sampler that changes what it draws stands in the section, its version too: other releases have other defaults.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.tune.pruning import bars
from mlspec.runtime.tune.samplers import Search
from mlspec.runtime.tune.space import Parameter
from mlspec.runtime.tune.trial import Asked, Trial, mean


def require(version: str) -> Any:
    """Optuna, of this version. Raises MLS0657 where another is installed, and what a missing extra raises."""
    import optuna

    if optuna.__version__ != version:
        message = f"the search is optuna {version}'s, and {optuna.__version__} is installed: it would try others"
        help_text = f"`pip install optuna=={version}`, in the lock too; or write `tuning.version: {optuna.__version__}`, and search anew"
        raise problem("MLS0657", message, help=help_text)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


class ByOptuna:
    """A study and its sampler."""

    def __init__(self, search: Search, seed: int) -> None:
        self._optuna = require(search.sampler["version"])
        self._search, self._waves, self._before = search, 0, list[Trial]()
        self._open: list[Any] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its arguments that it calls experimental
            sampler = self._optuna.samplers.TPESampler(
                seed=seed,
                n_startup_trials=search.sampler["startup"],
                n_ei_candidates=search.sampler["candidates"],
                multivariate=search.sampler["multivariate"],
                group=search.sampler["group"],
                constant_liar=search.sampler["constantLiar"],
            )
        direction = "maximize" if search.greater else "minimize"
        self._study = self._optuna.create_study(sampler=sampler, direction=direction)

    def ask(self) -> Sequence[Asked]:
        count = min(self._search.wave, (self._search.trials or 0) - len(self._before))
        limits = bars(self._before, self._search.folds) if self._search.prune else ()
        self._open = [self._study.ask() for _ in range(count)]
        return [Asked(len(self._before) + i, self._waves, self._settings(one), bars=limits) for i, one in enumerate(self._open)]

    def _settings(self, trial: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self._search.space:
            if one.counts_beside(found):
                found[one.name] = _suggested(trial, one)
        return found

    def tell(self, trials: Sequence[Trial]) -> None:
        states = self._optuna.trial.TrialState
        for opened, ended in zip(self._open, trials, strict=True):
            if ended.state == "complete":
                self._study.tell(opened, ended.value)
                continue
            for fold in range(len(ended.values)):
                opened.report(mean(ended.values[: fold + 1]), fold)
            self._study.tell(opened, state=states.PRUNED if ended.state == "pruned" else states.FAIL)
        self._before += trials
        self._waves += 1


def _suggested(trial: Any, one: Parameter) -> Any:
    if one.choices is not None:  # by position: a choice may be a mapping, which Optuna keeps for nobody
        return one.choices[trial.suggest_categorical(one.name, list(range(len(one.choices))))]
    if one.whole:
        return int(trial.suggest_int(one.name, int(one.low), int(one.high), step=int(one.step or 1), log=one.log))
    return one.clean(trial.suggest_float(one.name, one.low, one.high, step=one.step, log=one.log))
