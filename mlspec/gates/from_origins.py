"""A champion that looks back is asked as it would be served: at each fold's origin, with what was known there.

Its folder holds what was known at its own origins, which may be long ago. The rows of a fold go to it after the values that were known
before the fold, and rows of the gap without theirs. No target of the fold itself is among them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlspec.diagnostics import problem
from mlspec.gates.scoring.contestant import Contestant
from mlspec.metrics.answers import Array
from mlspec.runtime.forecast.columns import FOLD, FROM, STEP
from mlspec.runtime.forecast.grid import SECOND, Grid, shown
from mlspec.runtime.forecast.recursive import Lags
from mlspec.runtime.signature import Signature

if TYPE_CHECKING:
    import pandas as pd

BESIDE = (FOLD, STEP)


def write_from_origins(signature: Signature, train: pd.DataFrame, test: pd.DataFrame, path: Path) -> Array:
    """Write what a model is asked to a Parquet file; return where each test row stands there, (n,). `train`, `test`: of a rolling split."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts, places, rows = [], np.empty(len(test), dtype=np.int64), 0
    for fold in sorted(set(test[FOLD])):
        own = np.flatnonzero(test[FOLD] == fold)
        before = _before(signature, train, test.iloc[own])
        places[own] = rows + len(before) + np.arange(len(own))
        parts += [before.assign(**{FOLD: fold, STEP: 0}), test.iloc[own].assign(**{signature.predicted: np.nan})]
        rows += len(before) + len(own)
    columns = [*signature.names, signature.predicted, *BESIDE]
    pq.write_table(pa.Table.from_pandas(pd.concat([part[columns] for part in parts], ignore_index=True), preserve_index=False), path)
    return places


def require_origins(one: Contestant, test: pd.DataFrame) -> None:
    """Raise MLS0795 for a forecast with other origins than the folds of `test`: it learnt from some of the rows, or knew less of them."""
    forecast = one.signature.forecast
    if forecast is None:
        return
    grid = Grid.from_json(forecast["grid"])
    begins = {int(p) for p in grid.positions(_times(test[forecast["time"]])) - test[STEP].to_numpy() + 1}
    origins = {grid.floor(round(float(start) * SECOND)) for start in forecast["origins"]}
    if lacking := sorted(begins - origins):
        message = f"{one.who} was not fitted for the fold from {shown(grid.time(lacking[0]))} on: it has other origins than these test rows"
        raise problem("MLS0795", message, help="train it on the rows as they are; the gate asks an older champion at the new origins")


def _before(signature: Signature, train: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """The rows that a fold's first step looks back on: with values as far as they were known, without in the gap."""
    forecast = signature.forecast or {}
    grid, time = Grid.from_json(forecast["grid"]), forecast["time"]
    width = Lags(forecast.get("lags", ()), forecast.get("rollingMeans", ())).width
    at, begin = _times(train[time]), int(_times(own[time]).min())
    since = np.where(train[FROM].isna(), np.iinfo(np.int64).max, _times(train[FROM]))
    known = since <= begin
    first = grid.floor(begin) - 1
    steps = grid.positions(at[known])
    reach = int(first - steps.max()) + width if len(steps) else width
    near = np.zeros(len(train), dtype=bool)
    near[known] = steps > first - reach
    found = train.loc[near | (~known & (at < begin))]
    told = known[near | (~known & (at < begin))]
    return found.assign(**{signature.predicted: found[signature.predicted].astype("float64").where(told)})


def _times(column: pd.Series) -> Array:
    """Microseconds, (n,); of missing ones any number."""
    import pandas as pd

    found: Array = pd.to_datetime(column).astype("datetime64[us]").astype("int64").to_numpy()
    return found
