"""How often a test set has decided: every candidate that was judged on it is a draw, and who draws often enough passes by luck.

Counted from what nobody edits: the registry's records (add-only), and each `dvc.lock` that the base branch ever had. A candidate is
a model's bytes; however often it is judged, it counts once. What was trained and never committed is not seen.

Deciding again and again on the same rows wears them out: Dwork, Feldman, Hardt, Pitassi, Reingold and Roth, "The reusable holdout:
Preserving validity in adaptive data analysis", Science 349 (2015). The figure told here is that of independent decisions (Šidák 1967),
which stays below Bonferroni's bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mlspec.adapters.git.history import contents_over_time
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import REGISTRY, lock_of, model_folder
from mlspec.diagnostics.numbers import shown
from mlspec.pipelines.locks import locked_outs
from mlspec.registry.entries import Entry, entries

LISTED = 5
WORN = "It is worn"
ADVICE = "test on rows that have decided nothing yet: bring newer data in, and the ones that are worn go to training"


class Judged(NamedTuple):
    """A candidate and the rows that it is judged on, as DVC's md5 of each."""

    test: str
    model: str


@dataclass(frozen=True, slots=True)
class Holdout:
    """The decisions that one test set was used for. `versions`: of the registry, oldest first; `others`: candidates without a version."""

    versions: tuple[str, ...]
    others: int

    @property
    def decisions(self) -> int:
        return len(self.versions) + self.others

    def luck(self, confidence: float) -> float:
        """The chance that one or more are wrong by luck, if each is right with `confidence` and none follows from another."""
        return 1.0 - confidence**self.decisions


def worn_from(confidence: float) -> int:
    """The number of decisions from which on one wrong by luck is likelier than none: 14 at 95%, 69 at 99%."""
    return math.floor(math.log(0.5) / math.log(confidence)) + 1


def is_worn(holdout: Holdout, confidence: float, warn: int | None = None) -> bool:
    """Whether to warn: from `warn` decisions on (`KPISet.spec.testUses.warn`), else from `worn_from(confidence)`."""
    return holdout.decisions >= (worn_from(confidence) if warn is None else warn)


def told(holdout: Holdout, confidence: float, warn: int | None = None) -> str:
    """The count, what it means, and the advice once the set is worn; all of it is our text."""
    times = "once" if holdout.decisions == 1 else f"{holdout.decisions:,} times"
    text = f"This test set has decided {times} ({_named(holdout)})."
    if holdout.decisions > 1:
        text += f" If each is right with {shown(confidence * 100)}%, and none follows from another, one or more of them are wrong by luck "
        text += f"with a chance of {holdout.luck(confidence):.0%}."
    return f"{text} {WORN}: {ADVICE}." if is_worn(holdout, confidence, warn) else text


def _named(holdout: Holdout) -> str:
    shown = [*holdout.versions[-LISTED:]]
    if len(holdout.versions) > LISTED:
        shown = [f"{len(holdout.versions) - LISTED:,} older versions", *shown]
    noun = "candidate" if holdout.others == 1 else "candidates"
    return ", ".join([*shown, *([f"{holdout.others:,} {noun} without a version"] if holdout.others else [])])


def holdouts(repository: Repository, commit: str, wanted: Mapping[str, Judged]) -> dict[str, Holdout]:
    """{model: the uses of the test set that `wanted` names, by all that `commit` comes from}, the candidate itself included.

    One walk of the history for all models. In a shallow clone the past is not there, and the count is too low.
    """
    locks = {model: lock_of(model_folder(model)) for model in wanted}
    history = contents_over_time(repository, commit, list(locks.values()))
    records = _records(repository, commit, wanted)
    return {model: _holdout(own, history.get(locks[model], ()), records.get(model, ())) for model, own in wanted.items()}


def _records(repository: Repository, commit: str, models: Iterable[str]) -> dict[str, list[Entry]]:
    files = repository.show_all(commit, [f"{REGISTRY}/{model}" for model in models])
    by_model: dict[str, dict[str, bytes]] = {}
    for path, content in files.items():
        by_model.setdefault(path.split("/")[1], {})[path] = content
    return {model: entries(found, model) for model, found in by_model.items()}


def _holdout(own: Judged, locks: Iterable[bytes], records: Iterable[Entry]) -> Holdout:
    judged = [e.record for e in records if e.record.artifacts.test.md5 == own.test]
    named = {record.artifacts.model.md5 for record in judged}
    trained = {model for lock in locks if own.test.encode() in lock for model in _models(lock, own.test)}
    return Holdout(tuple(record.version for record in judged), len((trained | {own.model}) - named))


def _models(lock: bytes, test: str) -> set[str]:
    """The model that a dvc.lock names beside the test set; none when it names another test set, or can't be read."""
    outs = locked_outs(lock)
    return {outs["model"]} if outs.get("test.parquet") == test and "model" in outs else set()
