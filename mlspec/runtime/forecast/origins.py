"""A forecast model: one fit for each origin, and each row answered by the newest that knew nothing of it, nor of what came later.

What is judged and what is served are so the same bytes: a test row of an early fold is answered by that fold's fit, and a row of the
future by the last. Part of what a model's pickle names: it stays here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlspec.runtime.forecast.columns import FOLD, STEP

Array = np.ndarray[Any, Any]


class Origins:
    """`starts`: the first instant that each fit answers, seconds, rising; `fits`: with `predict(features)` each."""

    def __init__(self, time: str, starts: Sequence[float], fits: Sequence[Any]) -> None:
        self.time, self.starts, self.fits = time, list(starts), list(fits)

    def fit_of(self, features: Any) -> Array:
        """Which fit answers each row, (n,): rows before all origins the first, which may know them."""
        seconds = np.asarray(features[self.time], dtype=np.float64)
        found: Array = np.maximum(np.searchsorted(np.asarray(self.starts), seconds, side="right") - 1, 0)
        return found

    def predict(self, features: Any) -> Array:
        """Return (n,) doubles for features as `prepare` made them."""
        if FOLD in features.columns:
            return self._by_fold(features)
        which = self.fit_of(features)
        answers = np.full(len(which), np.nan)
        for index in np.unique(which):
            rows = np.flatnonzero(which == index)
            answers[rows] = np.asarray(self.fits[index].predict(features.iloc[rows].reset_index(drop=True)), dtype=np.float64).reshape(-1)
        return answers

    def _by_fold(self, features: Any) -> Array:
        """The rows of each fold by one fit, the newest of its first row's: known values before it, then its own rows (`STEP` from 1)."""
        answers = np.zeros(len(features))
        for fold in np.unique(features[FOLD]):
            rows = np.flatnonzero(features[FOLD] == fold)
            part = features.iloc[rows].reset_index(drop=True)
            first = part.loc[part[STEP] >= 1].nsmallest(1, self.time)
            fit = self.fits[int(self.fit_of(first)[0])]
            asked = fit.is_open(part) | (part[STEP] >= 1).to_numpy()
            answers[rows[asked]] = fit.predict(part.loc[asked].reset_index(drop=True))
        return answers

    def alone(self, features: Any) -> Array:
        """The rows that can be answered without any other, (n,)."""
        which = self.fit_of(features)
        found = np.ones(len(which), dtype=bool)
        for index in np.unique(which):
            rows = np.flatnonzero(which == index)
            if hasattr(self.fits[index], "alone"):
                found[rows] = self.fits[index].alone(features.iloc[rows])
        return found


class Direct:
    """An estimator that answers each row from its own columns `names`."""

    def __init__(self, estimator: Any, names: Sequence[str]) -> None:
        self.estimator, self.names = estimator, list(names)

    def predict(self, features: Any) -> Any:
        """Return the estimator's answers."""
        return self.estimator.predict(features[self.names])
