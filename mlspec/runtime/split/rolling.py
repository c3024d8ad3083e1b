"""Rolling origins: the last steps of the grid in folds of one horizon each, every fold with what was known before it (Tashman 2000).

A row of fold k is tested once, by what was learnt from rows before the fold's start and its gap. Which rows those are stands in the rows
themselves, so that whoever trains or judges needs nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlspec.diagnostics import Diagnostic, problem
from mlspec.diagnostics.words import counted
from mlspec.runtime.forecast.columns import FOLD, FROM, SCALE, STEP
from mlspec.runtime.forecast.grid import SECOND, Grid, grid_of
from mlspec.runtime.split.rows import Rows

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Backtest:
    """Masks (n,) of both sides, and of each of the n rows what the files say. A row is on both where a later fold learns from it.

    `known_from`: the first instant of the first fold that may learn from it, microseconds, -1 where none may. `fold`, `step`: from 1.
    `scale`: what its error is divided by, NaN where that is not defined. `lacking`: test rows whose series nobody knew at the origin.
    """

    train: Array
    test: Array
    known_from: Array
    fold: Array
    step: Array
    scale: Array
    grid: Grid
    season: int
    starts: tuple[int, ...]
    lacking: int

    def columns(self, side: Array, name: str) -> dict[str, Any]:
        """What is added to a side's rows."""
        import pyarrow as pa

        if name == "train.parquet":
            known = self.known_from[side]
            return {FROM: pa.array(known, pa.timestamp("us"), mask=known < 0)}
        scale = self.scale[side]
        return {
            FOLD: pa.array(self.fold[side], pa.int64()),
            STEP: pa.array(self.step[side], pa.int64()),
            SCALE: pa.array(scale, pa.float64(), mask=~np.isfinite(scale)),
        }

    def as_json(self) -> dict[str, Any]:
        """For split.json."""
        from mlspec.runtime.forecast.grid import shown

        return {"forecast": {"step": self.grid.words, "season": self.season, "folds": [shown(start) for start in self.starts]}}


def rolling(rows: Rows, params: Mapping[str, Any]) -> Backtest:
    """Choose the folds. Raises MLS0642 for fewer steps than they need, MLS0647 for rows that are on no grid."""
    times = np.asarray(rows.times)
    series = (
        np.unique(np.asarray(rows.series), return_inverse=True)[1].reshape(-1) if rows.series is not None else np.zeros(len(times), int)
    )
    grid = grid_of(times, series)
    at = grid.positions(times)
    season, horizon, folds = int(params.get("seasonality") or grid.season), steps_of(params, grid), int(params["folds"])
    first = int(at.max()) + 1 - horizon * folds
    known_at = [_before(grid, times, at, first + k * horizon, params) for k in range(folds)]
    _check_sizes(known_at[0] - int(at.min()), season, params, grid)
    fold = np.where(at >= first, (at - first) // horizon, -1)
    scale, knows = _scales(at, series, rows.target.astype(np.float64), season, known_at, fold)
    test = (fold >= 0) & knows
    starts = tuple(grid.time(first + k * horizon) for k in range(folds))
    known_from = np.full(len(at), -1, dtype=np.int64)
    for k in range(folds - 1, -1, -1):
        known_from[at < known_at[k]] = starts[k]
    step = np.where(fold >= 0, (at - first) % horizon + 1, 0)
    lacking = int(((fold >= 0) & ~knows).sum())
    return Backtest(at < first + (folds - 1) * horizon, test, known_from, fold + 1, step, scale, grid, season, starts, lacking)


def steps_of(params: Mapping[str, Any], grid: Grid) -> int:
    """The horizon in steps. Raises MLS0642 for a duration that is no number of them."""
    if "horizonSteps" in params:
        return int(params["horizonSteps"])
    length = round(float(params["horizon"]) * SECOND)
    if grid.months or length % grid.size or not length:
        text = f"the horizon is no whole number of steps, and a step of these rows is {grid.words}"
        raise problem("MLS0642", text, help="say it as a number of steps, such as `horizon: 12`")
    return length // grid.size


def _before(grid: Grid, times: Array, at: Array, start: int, params: Mapping[str, Any]) -> int:
    """The first position that is not known at a fold's origin: its start, or where the gap before it begins."""
    gap = round(float(params.get("gap", 0)) * SECOND)
    if not gap:
        return start
    late = times >= grid.time(start) - gap
    return min(start, int(at[late].min())) if late.any() else start


def _check_sizes(known: int, season: int, params: Mapping[str, Any], grid: Grid) -> None:
    if known > season:
        return
    text = f"{counted(int(params['folds']), 'fold')} of the horizon leave {max(0, known):,} steps of {grid.words} before the first"
    help_ = "take fewer `folds`, a shorter `horizon`, or a shorter `seasonality`"
    raise problem("MLS0642", f"{text}, and a season is {counted(season, 'step')}: nothing could be compared with it", help=help_)


def _scales(at: Array, series: Array, target: Array, season: int, known_at: list[int], fold: Array) -> tuple[Array, Array]:
    """Of each test row the mean |y(t) - y(t - season)| over the known rows of its series, NaN where there is none or it is 0.

    With it whether anything of its series was known, (n,).
    """
    scale, knows = np.full(len(at), np.nan), np.zeros(len(at), dtype=bool)
    order = np.lexsort((at, series))
    for own in np.split(order, np.flatnonzero(np.diff(series[order])) + 1):
        steps, values = at[own], target[own]
        place = np.minimum(np.searchsorted(steps, steps - season), len(steps) - 1)
        paired = steps[place] == steps - season
        errors = np.abs(values - values[place])[paired]
        for k, known in enumerate(known_at):
            rows = own[fold[own] == k]
            held = errors[steps[paired] < known]
            knows[rows] = bool((steps < known).any())
            scale[rows] = held.mean() if len(held) and held.mean() > 0 else np.nan
    return scale, knows


def warnings_of(found: Backtest) -> list[Diagnostic]:
    """What is told of test rows that are left out, or that have no scale."""
    told = []
    if found.lacking:
        told.append(f"{counted(found.lacking, 'row')} of the folds left out: nothing of their series was known at the origin")
    bare = int((found.test & ~np.isfinite(found.scale)).sum())
    if bare:
        told.append(
            f"{counted(bare, 'test row')} without a scale (no season before the origin, or no change in it): `mase` leaves them out"
        )
    return [
        Diagnostic("MLS0648", text, help="start the folds later, or leave short series out with `where`", severity="warning")
        for text in told
    ]
