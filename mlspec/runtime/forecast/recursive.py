"""Forecasts step after step: values of the target before a row are features, and those after the origin are the model's own answers.

Part of what a model's pickle names: it stays here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.runtime.forecast.columns import FOLD
from mlspec.runtime.forecast.history import History, Stand, history_of

Array = np.ndarray[Any, Any]
HELP = "ask for every step from the origin on, or send the known values before the rows, too"


class Lags:
    """`lags`: steps back; `means`: over so many steps before a row."""

    def __init__(self, lags: Sequence[int] = (), means: Sequence[int] = ()) -> None:
        self.lags, self.means = tuple(lags), tuple(means)

    @property
    def names(self) -> list[str]:
        """What the features are called, in their order."""
        return [*(f"lag_{one}" for one in self.lags), *(f"mean_{one}" for one in self.means)]

    @property
    def width(self) -> int:
        """Steps back that are looked at."""
        return max((*self.lags, *self.means), default=0)

    def of(self, before: Array) -> Array:
        """The features of r rows (r, names) from the `width` values before each, (r, width), the newest last.

        A mean is over what is known of its steps; NaN where nothing is.
        """
        columns = [before[:, self.width - lag] for lag in self.lags]
        for size in self.means:
            part = before[:, self.width - size :]
            count = np.isfinite(part).sum(axis=1)
            columns.append(np.divide(np.nansum(part, axis=1), count, out=np.full(len(part), np.nan), where=count > 0))
        return np.column_stack(columns) if columns else np.zeros((len(before), 0))


class Recursive:
    """An estimator of `names` and lags, and what is known of each series at its origin."""

    def __init__(self, stand: Stand, lags: Lags, names: Sequence[str], target: str) -> None:
        self.stand, self.lags, self.names, self.target = stand, lags, list(names), target
        self.estimator: Any = None
        self.history = History((), -1, np.zeros((0, 0)))

    def learn(self, features: Any, target: Array, fit: Callable[[Any, Array], Any], end: int) -> Recursive:
        """Fit on rows with all their lags within their series; keep what is known up to step `end`."""
        keys, at = self.stand.keys(features), self.stand.positions(features)
        width = self.lags.width
        whole = history_of(keys, at, target, end, end - int(at.min()) + 1 + width)
        rows = np.array([whole.rows[key] for key in keys], dtype=np.int64)
        begins = np.array([np.flatnonzero(np.isfinite(one))[0] if np.isfinite(one).any() else 0 for one in whole.values])
        place = at - whole.first
        full = place - begins[rows] >= width
        if not full.any():
            message = f"no series has {width} steps before any row, and so many are looked back"
            raise problem("MLS0649", message, help="take shorter lags, or fewer folds")
        windows = np.lib.stride_tricks.sliding_window_view(whole.values, width, axis=1)
        before = windows[rows[full], place[full] - width]
        self.estimator = fit(self._told(features.loc[full].reset_index(drop=True), before), target[full])
        self.history = history_of(keys, at, target, end, width)
        return self

    def reach(self, between: Any, end: int) -> Recursive:
        """Carry what is known on to step `end`, by own answers for the rows `between`; steps without a row stay unknown."""
        if end > self.history.end:
            keys, at = self.stand.keys(between), self.stand.positions(between)
            grown = self._grown(end, keys)
            if len(at):
                self._answered(between, keys, at, grown, strict=False)
            values = grown.values[:, -self.lags.width :]
            self.history = History(list(grown.rows), end, values)
        return self

    def predict(self, features: Any) -> Array:
        """Return (n,) doubles. A column `target` of `features` is there where the model serves: values that are known since the origin,
        which are returned as they are, NaN in rows to answer.

        A step between that is missing is a hole, as in training. Where the model serves nobody knows whether it is one, and it is refused.

        Raises MLS0649 for a row that stands before the origin, twice, or after steps that are neither known nor asked for.
        """
        keys, at = self.stand.keys(features), self.stand.positions(features)
        if not len(at):
            return np.zeros(0)
        is_told = self.target in features.columns and self.target not in self.names
        is_served = is_told and FOLD not in features.columns
        given = np.asarray(features[self.target], dtype=np.float64) if is_told else np.full(len(at), np.nan)
        grown = self._grown(max(self.history.end, int(at.max())), keys)
        told = np.isfinite(given)
        rows = np.array([grown.rows[key] for key in keys], dtype=np.int64)
        self._check_rows(keys, at, told)
        inside = told & (at >= grown.first)
        grown.values[rows[inside], at[inside] - grown.first] = given[inside]
        answers = given.copy()
        open_ = [key for key, known in zip(keys, told, strict=True) if not known]
        answers[~told] = self._answered(features.loc[~told], open_, at[~told], grown, strict=is_served)
        return answers

    def is_open(self, features: Any) -> Array:
        """The rows that say something: a value, or a step that is not answered yet, (n,)."""
        found: Array = np.isfinite(np.asarray(features[self.target], dtype=np.float64)) | (
            self.stand.positions(features) > self.history.end
        )
        return found

    def alone(self, features: Any) -> Array:
        """The rows that follow at once on what is known, (n,)."""
        found: Array = self.stand.positions(features) == self.history.end + 1
        return found

    def _grown(self, end: int, keys: Sequence[tuple[str, ...]]) -> History:
        """What is known, with room up to step `end` and for series that are new."""
        names = [*self.history.rows, *sorted(set(keys) - self.history.rows.keys())]
        held = self.history.values
        room = np.full((len(names), held.shape[1] + end - self.history.end), np.nan)
        room[: len(held), : held.shape[1]] = held
        return History(names, end, room)

    def _check_rows(self, keys: Sequence[tuple[str, ...]], at: Array, told: Array) -> None:
        if len(set(zip(keys, at.tolist(), strict=True))) < len(at):
            raise problem("MLS0649", "two rows are of the same time and series, and each step is forecast once", help="send each once")
        early = ~told & (at <= self.history.end)
        if early.any():
            first = self._shown(keys, at, int(np.flatnonzero(early)[0]))
            message = f"{int(early.sum())} rows stand before the origin of what the model knows, such as {first}"
            raise problem("MLS0649", message, help="a recursive forecast answers what comes after it")

    def _answered(self, features: Any, keys: Sequence[tuple[str, ...]], at: Array, grown: History, *, strict: bool) -> Array:
        """Answer rows step by step, each written where the next steps look. `strict`: refuse steps between that are missing."""
        rows, width = np.array([grown.rows[key] for key in keys], dtype=np.int64), self.lags.width
        answers, back = np.full(len(at), np.nan), np.arange(-width, 0)
        for step in np.unique(at):
            now = np.flatnonzero(at == step)
            place = step + back - grown.first
            before = np.where(place >= 0, grown.values[np.ix_(rows[now], np.maximum(place, 0))], np.nan)
            if strict:
                self._check_known(keys, at, now, before, step + back)
            answers[now] = np.asarray(self.estimator.predict(self._told(features.iloc[now].reset_index(drop=True), before))).reshape(-1)
            grown.values[rows[now], step - grown.first] = answers[now]
        return answers

    def _check_known(self, keys: Sequence[tuple[str, ...]], at: Array, now: Array, before: Array, steps: Array) -> None:
        """Raise MLS0649 where a lag needs a step after the origin that is neither known nor asked for, or of a series that nobody knows."""
        used = self._used()
        late = used & (steps > self.history.end)
        lacking = np.flatnonzero((np.isnan(before) & late).any(axis=1) | np.isnan(before[:, used]).all(axis=1))
        if len(lacking):
            message = (
                f"the row of {self._shown(keys, at, int(now[lacking[0]]))} needs values before it that are neither known nor asked for"
            )
            raise problem("MLS0649", message, help=HELP)

    def _used(self) -> Array:
        """Of the `width` steps before a row, which are looked at, (width,)."""
        found = np.zeros(self.lags.width, dtype=bool)
        for lag in self.lags.lags:
            found[self.lags.width - lag] = True
        for size in self.lags.means:
            found[self.lags.width - size :] = True
        return found

    def _told(self, features: Any, before: Array) -> Any:
        """What the estimator takes: own columns, and the lags."""
        return features[self.names].assign(**dict(zip(self.lags.names, self.lags.of(before).T, strict=True)))

    def _shown(self, keys: Sequence[tuple[str, ...]], at: Array, row: int) -> str:
        from mlspec.runtime.forecast.grid import shown

        name = ", ".join(keys[row])
        return shown(self.stand.grid.time(int(at[row]))) + (f" of {name}" if name else "")
