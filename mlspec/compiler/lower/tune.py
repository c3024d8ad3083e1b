"""`tuning` of a Model -> the stage tune, between split and train. Of the rows it depends on `train.parquet`, and on no other."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from mlspec.compiler.project.graph import Out, Plot, Stage
from mlspec.compiler.project.layout import tuning_place
from mlspec.compiler.project.paths import relative
from mlspec.language.kinds.tuning import DEFAULT_TRIALS, Tuning

OPTUNA = "5.0.0"
"""The version whose searches a spec means that names none: the extra `tuning` pins it."""
_ELSEWHERE = ("workers", "cluster", "version")


def best_of(folder: str) -> str:
    """Where a search leaves what it found."""
    return f"{folder}/best.json"


def tune_stage(
    spec: Any, folder: str, deps: tuple[str, ...], train: dict[str, Any], split: dict[str, Any], own: dict[str, Any] | None = None
) -> Stage:
    """The stage. `deps`: training rows, locks and code; `train`: the section of the stage train; `split`: what folds go by;
    `own`: the section of a metric of the user's, where it goes by one.
    """
    tuning: Tuning = spec.tuning
    kept = tuning.timeout is not None  # how many trials there were is read again: an equal search repeats as many
    section = {key: value for key, value in train.items() if key not in ("baseline", "tuned")}
    return Stage(
        "tune",
        "Search for parameters on the training rows",
        deps,
        (
            Out(best_of(folder), cache=False, persist=kept),
            Out(f"{folder}/trials.jsonl", cache=False, persist=kept),
            Out(f"{folder}/trials.csv", "plot", cache=False, persist=kept),
            Out(f"{folder}/tuning.json", "metric", cache=False, persist=kept),
        ),
        section | {"split": split, "search": search_params(tuning, section["seed"]) | ({"own": own} if own else {})},
        limits={"workers": tuning.workers, "trials": relative(tuning_place(PurePosixPath(folder).name), folder)},
    )


def search_params(tuning: Tuning, seed: int) -> dict[str, Any]:
    """What decides which trials there are, and how they are judged: neither `workers` nor where they run."""
    found = {key: value for key, value in tuning.canonical().items() if key not in _ELSEWHERE}
    found["space"] = {name: _plain(item) for name, item in found["space"].items()}
    found["seed"] = seed if tuning.seed is None else tuning.seed
    if tuning.engine != "grid":
        found["trials"] = tuning.trials or DEFAULT_TRIALS
    if tuning.engine == "halving":
        found.setdefault("halving", {"factor": 3, "resource": "rows"})
    if tuning.engine == "optuna":
        found["sampler"] = _sampler(tuning)
    return found


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    """An item of the space without what is not so."""
    if "choices" in item:
        return {key: item[key] for key in ("choices", "when") if key in item}
    return {key: value for key, value in item.items() if value is not False and not (key == "type" and value == "number")}


def _sampler(tuning: Tuning) -> dict[str, Any]:
    """Every argument of Optuna's sampler that changes what it draws, in place of its release's defaults."""
    has_conditions = any(item.when for item in tuning.space.values())
    return {
        "name": "TPESampler",
        "version": tuning.version or OPTUNA,
        "startup": 10,
        "candidates": 24,
        "multivariate": True,
        "group": has_conditions,
        "constantLiar": True,
    }


def trials_plots(folder: str, tuning: Tuning) -> tuple[Plot, ...]:
    """How the search went, for `dvc plots`."""
    return (Plot(f"{folder}/trials.csv", f"Search: {tuning.metric} by trial", "scatter", "number", "value"),)
