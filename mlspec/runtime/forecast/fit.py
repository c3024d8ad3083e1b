"""Fits a forecast: the same model once for each origin, on what was known there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.runtime.forecast.columns import FROM
from mlspec.runtime.forecast.grid import SECOND, Grid, grid_of
from mlspec.runtime.forecast.history import Stand, microseconds
from mlspec.runtime.forecast.naive import SeasonalNaive
from mlspec.runtime.forecast.origins import Direct, Origins
from mlspec.runtime.forecast.recursive import Lags, Recursive
from mlspec.runtime.inputs import prepare
from mlspec.runtime.signature import Feature, Signature

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]
Fit = Callable[["pd.DataFrame", Array], Any]
"""Features, target -> a fitted estimator."""


@dataclass(frozen=True, slots=True)
class Known:
    """n training rows: `features` as `prepare` made them, `target` (n,), `since` (n,): the first instant, in microseconds, of the first
    fold that may learn from each; -1 where none may. `at` (n,): its step on the grid.
    """

    features: pd.DataFrame
    target: Array
    since: Array
    stand: Stand
    season: int
    at: Array

    @property
    def starts(self) -> list[int]:
        """Where folds begin, microseconds, rising."""
        return sorted({int(one) for one in self.since[self.since >= 0]})


def known_rows(params: Mapping[str, Any], rows: pd.DataFrame, signature: Signature, target: Array) -> Known:
    """The rows of train.parquet. Raises MLS0731 where a rolling split did not make them, MLS0647 for rows on no grid."""
    if FROM not in rows.columns:
        raise problem("MLS0731", f"the training rows have no column {FROM}, which a rolling split adds", help="split again: `mlspec run`")
    features, section = prepare(signature, rows), params["forecast"]
    times = microseconds(features[params["timeColumn"]])
    blind = Stand(Grid(1, 0), params["timeColumn"], section.get("series", ()))
    keys = blind.keys(features)
    codes = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    grid = grid_of(times, np.array([codes[key] for key in keys]))
    stand = Stand(grid, blind.time, blind.series)
    gone = rows[FROM].isna().to_numpy()
    since = np.where(gone, -1, rows[FROM].astype("datetime64[us]").astype("int64").to_numpy())
    return Known(features, target, since, stand, int(section.get("seasonality") or grid.season), grid.positions(times))


def fit_origins(known: Known, one: Callable[[Known, Array, int], Any]) -> Origins:
    """One fit for each origin; `one`: of the rows, a mask of those that are known, and the last step before the fold."""
    fits = []
    for start in known.starts:
        learnt = (known.since >= 0) & (known.since <= start)
        fits.append(one(known, learnt, known.stand.grid.floor(start) - 1))
    return Origins(known.stand.time, [start / SECOND for start in known.starts], fits)


def naive(known: Known, learnt: Array, end: int) -> SeasonalNaive:
    """The seasonal naive forecast of a fold."""
    return SeasonalNaive(known.stand, known.season).learn(_some(known.features, learnt), known.target[learnt], end)


def direct(names: list[str], fit: Fit) -> Callable[[Known, Array, int], Direct]:
    """A fit that answers rows from what is known of them at the origin."""

    def one(known: Known, learnt: Array, end: int) -> Direct:
        del end
        return Direct(fit(_some(known.features[names], learnt), known.target[learnt]), names)

    return one


def recursive(names: list[str], lags: Lags, fit: Fit, target: str) -> Callable[[Known, Array, int], Recursive]:
    """A fit that answers step after step, each from the values before it: those of the gap, too, are its own answers."""

    def one(known: Known, learnt: Array, end: int) -> Recursive:
        made = Recursive(known.stand, lags, names, target)
        made.learn(_some(known.features, learnt), known.target[learnt], fit, int(known.at[learnt].max()))
        between = ~learnt & (known.at > made.history.end) & (known.at <= end)
        return made.reach(_some(known.features, between), end)

    return one


def with_origins(signature: Signature, known: Known, found: Origins) -> Signature:
    """The signature of what was fitted."""
    told = {"origins": found.starts, "grid": known.stand.grid.to_json(), "season": known.season}
    return replace(signature, forecast={**(signature.forecast or {}), **told})


def inner(signature: Signature, lags: Lags) -> Signature:
    """What the estimator itself sees: no time nor series that only tell where a row stands, and the lags."""
    own = tuple(f for f in signature.features if f.name in signature.predictors)
    taken = [name for name in lags.names if name in signature.names]
    if taken:
        raise problem("MLS0653", f"the rows have a feature `{taken[0]}`, which is the name of a lag", help="rename or exclude it")
    return replace(signature, features=(*own, *(Feature(name, "numeric", "number") for name in lags.names)), forecast=None)


def _some(frame: pd.DataFrame, mask: Array) -> pd.DataFrame:
    return frame.loc[mask].reset_index(drop=True)
