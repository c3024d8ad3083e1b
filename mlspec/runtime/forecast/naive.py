"""The seasonal naive forecast, the baseline of every other. Part of what a model's pickle names: it stays here."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlspec.runtime.forecast.history import History, Stand, history_of

Array = np.ndarray[Any, Any]
_SEASONS = 4
"""How many are kept, so that a step that is missing in the last one is found in another."""


class SeasonalNaive:
    """Answers the last known value that is a whole number of seasons before a row (Hyndman & Athanasopoulos, section 5.2)."""

    def __init__(self, stand: Stand, season: int) -> None:
        self.stand, self.season = stand, season
        self.history = History((), -1, np.zeros((0, 0)))
        self.mean = 0.0

    def learn(self, features: Any, target: Array, end: int) -> SeasonalNaive:
        """Keep the last seasons of each series up to step `end`; `features` and `target` (n,) are of what is known."""
        at = self.stand.positions(features)
        width = max(1, end - int(at.max())) + _SEASONS * self.season
        self.history = history_of(self.stand.keys(features), at, target, end, width)
        self.mean = float(target.mean())
        return self

    def predict(self, features: Any) -> Array:
        """Return (n,) doubles: of a series that nobody knew the mean of all."""
        at, held = self.stand.positions(features), self.history
        rows = np.array([held.rows.get(key, -1) for key in self.stand.keys(features)], dtype=np.int64)
        found = np.full(len(at), np.nan)
        back = np.maximum(1, -((held.end - at) // self.season))  # whole seasons to a step that may be known
        for _ in range(held.values.shape[1] // self.season + 1):
            place = at - back * self.season - held.first
            open_ = np.isnan(found) & (rows >= 0) & (place >= 0) & (place < held.values.shape[1])
            found[open_] = held.values[rows[open_], place[open_]]
            back = back + 1
        return np.where(np.isnan(found), self._last(rows), found)

    def _last(self, rows: Array) -> Array:
        """The newest value of each row's series; the mean of all where there is none."""
        found = np.full(len(rows), self.mean)
        for index in np.unique(rows[rows >= 0]):
            known = self.history.values[index][np.isfinite(self.history.values[index])]
            if len(known):
                found[rows == index] = known[-1]
        return found
