"""Sections of params.yaml, as stages read them: of `train`, and of a search for its parameters."""

from __future__ import annotations

from typing import Any

PREPROCESS = {
    "numeric": {"impute": "median", "scale": "standard"},
    "categorical": {"impute": "most_frequent", "encode": "onehot"},
    "text": {"vectorize": "tfidf", "params": {"ngram_range": [1, 2]}},
}


def section(estimator="sklearn.linear_model.Ridge", task="regression", target="y", **more: Any) -> dict[str, Any]:
    base = {
        "task": task,
        "target": target,
        "key": ["id"],
        "timeColumn": "at",
        "features": {},
        "types": {},
        "preprocess": PREPROCESS,
        "estimator": {"class": estimator, "params": more.pop("params", {})},
        "baseline": "mean" if task == "regression" else "majority",
        "seed": 7,
    }
    return base | more


ALPHA = {"alpha": {"low": 0.001, "high": 1000, "log": True}}
SAMPLER = {
    "name": "TPESampler",
    "version": "5.0.0",
    "startup": 10,
    "candidates": 24,
    "multivariate": True,
    "group": False,
    "constantLiar": True,
}


def search(engine: str = "random", **more: Any) -> dict[str, Any]:
    """A search for `alpha`: eight trials in waves of four, on three folds."""
    base: dict[str, Any] = {"engine": engine, "metric": "mae", "folds": 3, "repeats": 1, "space": ALPHA, "wave": 4, "seed": 7, "trials": 8}
    more = {"sampler": SAMPLER, **more} if engine == "optuna" else more
    more = {"halving": {"factor": 3, "resource": "rows"}, **more} if engine == "halving" else more
    return base | more


def tune_section(of: dict[str, Any], split: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The section of `tune`: that of `train` without a baseline, how the rows are split, and the search."""
    found = {key: value for key, value in section(**more).items() if key != "baseline"}
    return found | {"split": split or {"strategy": "random"}, "search": of}
