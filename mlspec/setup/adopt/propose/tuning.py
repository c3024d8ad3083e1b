"""A search by scikit-learn (`GridSearchCV`, `RandomizedSearchCV`) -> `tuning`."""

from __future__ import annotations

from typing import Any

from mlspec.metrics.tasks import TASKS
from mlspec.setup.adopt.code.values import Const, Estimator
from mlspec.setup.adopt.facts import Gap
from mlspec.setup.adopt.propose.noted import Notes

_SEARCHES = {"GridSearchCV": ("grid", "param_grid"), "RandomizedSearchCV": ("random", "param_distributions")}
_SCORES = {
    "neg_mean_absolute_error": "mae",
    "neg_root_mean_squared_error": "rmse",
    "neg_mean_squared_error": "mse",
    "r2": "r2",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced_accuracy",
    "roc_auc": "roc_auc",
    "f1": "f1",
    "f1_macro": "f1_macro",
    "f1_weighted": "f1_weighted",
    "average_precision": "average_precision",
    "neg_log_loss": "log_loss",
}


def inner(estimator: Estimator) -> tuple[Estimator, Estimator | None, list[Gap]]:
    """The estimator that is searched for, and the search; None where there is no search."""
    if estimator.path.rpartition(".")[2] not in _SEARCHES:
        return estimator, None, []
    found = estimator.params.get("estimator")
    if not isinstance(found, Estimator):
        return estimator, None, [Gap(estimator.place, f"what `{estimator.path}` searches")]
    from dataclasses import replace

    return replace(found, prepared=(*estimator.prepared, *found.prepared)), estimator, [*found.gaps]


def form(search: Estimator | None, task: str, estimator: Estimator, notes: Notes) -> dict[str, Any]:
    """{"tuning": …}; empty without a search."""
    if search is None:
        return {}
    engine, key = _SEARCHES[search.path.rpartition(".")[2]]
    grid = search.params.get(key)
    space: dict[str, Any] = {}
    for name, values in grid.value.items() if isinstance(grid, Const) and isinstance(grid.value, dict) else ():
        plain = name.rpartition("__")[2]
        if isinstance(values, list | tuple) and all(isinstance(v, str | int | float | bool) or v is None for v in values):
            space[plain] = {"choices": notes.fact(f"tuning.space.{plain}", list(values), grid.place, grid.sure)}  # type: ignore[union-attr]
        else:
            notes.gaps.append(Gap(search.place, f"the values of `{name}` in the search", f"`tuning.space.{plain}`"))
    if not space:
        notes.gaps.append(Gap(search.place, f"the space of `{search.path}`", "write it under `tuning.space`"))
        return {}
    folds, trials, scoring = (search.params.get(k) for k in ("cv", "n_iter", "scoring"))
    score = _SCORES.get(str(scoring.value)) if isinstance(scoring, Const) else None
    metric = notes.fact("tuning.metric", score or TASKS[task].usual, search.place, "certain" if score else "guess")
    spec: dict[str, Any] = {"engine": notes.fact("tuning.engine", engine, search.place, "certain"), "metric": metric, "space": space}
    if isinstance(folds, Const) and isinstance(folds.value, int):
        spec["folds"] = notes.const("tuning.folds", folds)
    if engine == "random":
        spec["trials"] = notes.const("tuning.trials", trials) if isinstance(trials, Const) else 10
    del estimator
    return {"tuning": spec}
