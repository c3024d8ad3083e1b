"""XGBoost, LightGBM and CatBoost as estimators: seeded, on one thread, and of the same bytes every time, unless their params say otherwise.

LightGBM takes a thread a core whatever the environment says, and writes their number into the model; CatBoost writes files where it runs,
and the time and a random name into the model. None of the three is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIXED: Mapping[str, Mapping[str, Any]] = {
    "xgboost": {"n_jobs": 1},
    "lightgbm": {"n_jobs": 1, "deterministic": True, "force_col_wise": True, "verbose": -1},
    "catboost": {"thread_count": 1, "allow_writing_files": False, "verbose": False},
}
"""By the package's name: what is set where the params say nothing of it."""
_ALIKE: Mapping[str, tuple[str, ...]] = {
    "n_jobs": ("nthread", "nthreads", "num_threads", "num_thread"),
    "force_col_wise": ("force_row_wise",),
    "verbose": ("verbosity", "silent", "logging_level", "verbose_eval"),
    "random_state": ("seed", "random_seed"),
}
"""Other names of the same, or what goes with none."""
NUMBERS_CLASSES = ("xgboost", "catboost")
"""XGBoost takes classes 0, 1, … alone; CatBoost answers true and false as text."""
_OF_A_RUN = ("train_finish_time", "model_guid")


def library_of(found: type) -> str:
    """The library of these that a class is of, or that one of its bases is; "" for any other."""
    roots = (base.__module__.partition(".")[0] for base in found.__mro__)
    return next((root for root in roots if root in FIXED), "")


def settled(library: str, params: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The params with what is set for a library."""
    usual = {**FIXED[library], "random_state": seed}
    return {**{name: value for name, value in usual.items() if params.keys().isdisjoint((name, *_ALIKE.get(name, ())))}, **params}


def steady(estimator: Any) -> None:
    """Take out of a fitted estimator what no two fits have alike; there is such a thing in CatBoost's alone."""
    inner: Any = estimator.estimator if isinstance(estimator, Numbered) else estimator
    if library_of(type(inner)) == "catboost":
        told = inner.get_metadata()
        for name in _OF_A_RUN:
            told[name] = ""


class Numbered:
    """A classifier that learns the classes' numbers, and answers the classes. Part of what a model's pickle names: it stays here."""

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def __sklearn_tags__(self) -> Any:
        return self.estimator.__sklearn_tags__()

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 - scikit-learn's signature
        """As scikit-learn has it."""
        return {"estimator": self.estimator} | (
            {f"estimator__{name}": value for name, value in self.estimator.get_params().items()} if deep else {}
        )

    def fit(self, features: Any, target: Any, sample_weight: Any = None) -> Numbered:
        """Fit the estimator on 0, 1, … in the order of the classes; `target`, `sample_weight` (n,)."""
        import numpy as np

        self.classes_, codes = np.unique(target, return_inverse=True)
        self.estimator.fit(features, codes, **({} if sample_weight is None else {"sample_weight": sample_weight}))
        return self

    def predict(self, features: Any) -> Any:
        """Return (n,) classes."""
        import numpy as np

        return self.classes_[np.asarray(self.estimator.predict(features)).reshape(-1).astype(np.intp)]

    def predict_proba(self, features: Any) -> Any:
        """Return (n, classes) doubles."""
        return self.estimator.predict_proba(features)
