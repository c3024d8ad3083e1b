"""Features that are made of the target after the origin: its values, means or sums, from fewer steps back than a forecast reaches.

In a table such a column is filled for every row; when it is forecast, nobody knows it from its second step on. Found by value: a column is
taken for one only where it gives the target's own past back exactly, which nothing does by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.runtime.forecast.columns import STEP
from mlspec.runtime.forecast.fit import known_rows
from mlspec.runtime.signature import Signature

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]
SAME, SHARE, LEAST = 1e-6, 0.99, 30
"""How near a value must be, relative to the spread of the column; in which share of rows; and rows that tell anything."""
WINDOW, SAMPLE = 1000, 64
"""The longest mean or sum that is looked for, and rows that are looked at first."""
COMBINED = 200
"""Steps back that a weighted sum is looked for in."""


@dataclass(frozen=True, slots=True)
class Short:
    """`lag`: the newest step before a row that is looked at; `needed`: how far back is known of every row of a fold; `what`: in words."""

    lag: int
    needed: int
    what: str

    def as_json(self) -> dict[str, Any]:
        """As evaluation.json has it."""
        return {"lag": self.lag, "needed": self.needed, "what": self.what}


def short_lags(params: Mapping[str, Any], signature: Signature, train: pd.DataFrame, test: pd.DataFrame) -> dict[str, Short]:
    """The numeric features that look at the target less far back than the horizon and the gap; `train`, `test`: rows of a rolling split."""
    known = known_rows(params, train, signature, train[params["target"]].astype("float64").to_numpy())
    needed = _needed(known.at, known.since, test)
    keys = known.stand.keys(known.features)
    rows = {key: i for i, key in enumerate(sorted(set(keys)))}
    place = (np.array([rows[key] for key in keys]), known.at - known.at.min())
    shape = (len(rows), int(known.at.max() - known.at.min()) + 1)
    target = _laid(known.target, place, shape)
    numeric = [f.name for f in signature.features if f.kind == "numeric" and f.name in signature.predictors]
    found = {}
    for name in numeric:
        column = _laid(np.asarray(known.features[name], dtype=np.float64), place, shape)
        hit = next(_looked(column, target, needed), None)
        if hit is not None:
            found[name] = Short(hit[0], needed, hit[1])
    return found


def _needed(at: Array, since: Array, test: pd.DataFrame) -> int:
    """Steps back from which on a value is known of each row of a fold: the horizon, and the gap before it."""
    horizon = int(test[STEP].max())
    starts = sorted({int(one) for one in since[since >= 0]})
    known, between = at[(since >= 0) & (since <= starts[-1])], at.max()
    return horizon + max(0, int(between - known.max()))


def _laid(values: Array, place: tuple[Array, Array], shape: tuple[int, int]) -> Array:
    """Values on the grid, (series, steps), NaN where there is no row."""
    found = np.full(shape, np.nan)
    found[place] = values
    return found


def _looked(column: Array, target: Array, needed: int) -> Iterator[tuple[int, str]]:
    """Yield the newest lag that is looked at, and what of it."""
    values = column[np.isfinite(column)]
    if len(values) < LEAST or not np.ptp(values) or not np.nanstd(target):
        return
    size = SAME * float(values.std())
    for lag in range(1, min(needed, target.shape[1])):
        if _agree(column[:, lag:], target[:, :-lag], size):
            if any(_agree(column[:, far:], target[:, :-far], size) for far in range(needed, min(2 * needed + 1, target.shape[1]))):
                return  # the target repeats itself exactly: what is known says the same
            yield lag, f"the target {_steps(lag)} before its row"
            return
    yield from _windows(column, target, needed, size)
    yield from _combined(column, target, needed)


def _agree(one: Array, other: Array, size: float) -> bool:
    both = np.isfinite(one) & np.isfinite(other)
    count = int(both.sum())
    return count >= LEAST and float((np.abs(one[both] - other[both]) <= size).mean()) >= SHARE


def _windows(column: Array, target: Array, needed: int, size: float) -> Iterator[tuple[int, str]]:
    """Means and sums over a window, and over all before. A step that is missing counts for nothing in a sum."""
    sums = np.concatenate([np.zeros((len(target), 1)), np.nancumsum(target, axis=1)], axis=1)
    counts = np.concatenate([np.zeros((len(target), 1)), np.cumsum(np.isfinite(target), axis=1)], axis=1)
    steps = target.shape[1]
    for lag in range(1, min(needed, steps - 1)):
        ends = np.arange(lag, steps) - lag + 1  # one past the newest step that is looked at
        part = column[:, lag:]
        whole = np.divide(sums[:, ends], counts[:, ends], out=np.full(part.shape, np.nan), where=counts[:, ends] > 0)
        if _agree(part, whole, size):
            yield lag, f"the mean of the target up to {_steps(lag)} before its row"
            return
        for width, kind in _widths(part, sums, counts, ends, size):
            yield lag, f"the {kind} of the target over {_steps(width)} up to {_steps(lag)} before its row"
            return


def _widths(part: Array, sums: Array, counts: Array, ends: Array, size: float) -> Iterator[tuple[int, str]]:
    """Windows whose mean or sum the column is: of a few rows first, then of all."""
    series, place = np.nonzero(np.isfinite(part))
    if len(place) < LEAST:
        return
    late = np.argsort(place, kind="stable")[-SAMPLE:]
    series, place = series[late], place[late]
    last = ends[place]
    widths = np.arange(2, min(WINDOW, int(last.min())) + 1)
    if not len(widths):
        return
    begins = last[:, None] - widths[None, :]
    total = sums[series[:, None], last[:, None]] - sums[series[:, None], begins]
    number = counts[series[:, None], last[:, None]] - counts[series[:, None], begins]
    own = part[series, place][:, None]
    for kind in ("mean", "sum"):
        wanted = total / np.maximum(number, 1) if kind == "mean" else total
        fits = (np.abs(own - wanted) <= size).mean(axis=0) >= SHARE
        for width in widths[fits]:
            if _agree(part, _moving(sums, counts, ends, int(width), kind), size):
                yield int(width), kind


def _moving(sums: Array, counts: Array, ends: Array, width: int, kind: str) -> Array:
    begins = ends - width
    inside = begins >= 0
    total = sums[:, ends] - sums[:, np.maximum(begins, 0)]
    number = counts[:, ends] - counts[:, np.maximum(begins, 0)]
    found = total / np.maximum(number, 1) if kind == "mean" else total
    return np.where(inside[None, :], found, np.nan)


def _combined(column: Array, target: Array, needed: int) -> Iterator[tuple[int, str]]:
    """A weighted sum of past values, such as a difference: exact with the newest, and not without them."""
    width = min(COMBINED, 2 * needed + 8, target.shape[1] // 4)
    if width <= 2 or needed <= 1:
        return
    windows = np.lib.stride_tricks.sliding_window_view(target, width, axis=1)[:, :-1]
    before, own = windows.reshape(-1, width)[:, ::-1], column[:, width:].reshape(-1)
    rows = np.isfinite(before).all(axis=1) & np.isfinite(own)
    before, own = before[rows][-8 * width :], own[rows][-8 * width :]
    if len(own) < 4 * width or not np.ptp(own):
        return
    if _left(before, own) > SAME or _left(before[:, needed - 1 :], own) <= SAME:
        return
    weights = np.linalg.lstsq(before - before.mean(axis=0), own - own.mean(), rcond=None)[0]
    newest = int(np.flatnonzero(np.abs(weights) > 1e-3 * np.abs(weights).max())[0]) + 1
    if newest < needed:
        yield newest, f"a weighted sum of the target from {_steps(newest)} before its row on"


def _left(before: Array, own: Array) -> float:
    """What a linear fit leaves of the variance; 1 without columns."""
    if not before.shape[1]:
        return 1.0
    centred, wanted = before - before.mean(axis=0), own - own.mean()
    rest = wanted - centred @ np.linalg.lstsq(centred, wanted, rcond=None)[0]
    return float((rest**2).sum() / (wanted**2).sum())


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"
