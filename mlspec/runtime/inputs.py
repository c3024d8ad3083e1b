"""From whatever frame a caller has to exactly the columns and dtypes that a model was trained on.

Numbers and booleans become float64 (missing: NaN), categories str objects (missing: NaN), text str objects (missing: ""), dates and
timestamps float64 seconds since 1970 UTC. Training, evaluation, the server and batch scoring all pass through here. Text counts as a
number or a time only where `clean` would read it so: pandas takes much more (`now`, `today`, `2020`, `20200131`).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import did_you_mean, problem
from mlspec.runtime.clean.casting import REAL_TEXT, WHOLE_TEXT
from mlspec.runtime.forecast.columns import FOLD, STEP
from mlspec.runtime.signature import Feature, Signature
from mlspec.runtime.spelling import DATE_TEXT, TIMESTAMP_TEXT

if TYPE_CHECKING:
    import pandas as pd

_TRUTH = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}
SHOWN = 3
_WHOLE, _REAL, _INSTANT = (re.compile(text, re.ASCII) for text in (WHOLE_TEXT, REAL_TEXT, f"{DATE_TEXT}|{TIMESTAMP_TEXT}"))
_DAY = 86400.0
Array = np.ndarray[Any, Any]


def prepare(signature: Signature, frame: pd.DataFrame, first: int = 1, *, history: bool = False) -> pd.DataFrame:
    """Return the features of `frame` in the model's order and dtypes; other columns are ignored.

    `history`: values of the target that are there are taken, too, where a forecast looks back on them. Only who serves asks for that: to
    who measures they are the answers.

    Raises MLS0663 (a column is missing) and MLS0664 (values that don't fit, with column, count, first values and their
    rows, the first of the frame being row `first`).
    """
    import pandas as pd

    check_columns(signature, [str(c) for c in frame.columns])
    beside = _beside(signature, frame) if history else ()
    data = {f.name: _column(f, frame[f.name], first) for f in (*signature.features, *beside)}
    if history and signature.history is not None:
        data.setdefault(signature.history.name, np.full(len(frame), np.nan))  # who serves has said that nothing is known since
    return pd.DataFrame(data, columns=list(data), index=pd.RangeIndex(len(frame)))


def _beside(signature: Signature, frame: pd.DataFrame) -> list[Feature]:
    """What is known of the target; with it, at a desk, each row's fold, which tells from what."""
    if signature.history is None or signature.history.name not in frame.columns:
        return []
    return [signature.history, *(Feature(name, "numeric", "integer") for name in (FOLD, STEP) if name in frame.columns)]


def check_columns(signature: Signature, columns: list[str]) -> None:
    """Raise MLS0663 when a feature is not among `columns`."""
    missing = [name for name in signature.names if name not in columns]
    if missing:
        near = did_you_mean(missing[0], [c for c in columns if c not in signature.names])
        shown = ", ".join(f"`{name}`" for name in missing)
        raise problem("MLS0663", f"the input lacks {shown}", help=near or f"the model takes: {', '.join(signature.names)}")


def _column(feature: Feature, series: Any, first: int) -> Array:
    if feature.type in ("date", "timestamp"):
        values, bad = _instants(series, whole_days=feature.type == "date")
    elif feature.type == "string":
        values, bad = _strings(series), np.zeros(len(series), dtype=bool)
    elif feature.type == "boolean":
        values, bad = _booleans(series)
    else:
        values, bad = _numbers(series, whole=feature.type == "integer")
    if bad.any():
        raise _misfit(feature, series, bad, first)
    if feature.kind == "categorical" and feature.type == "integer":
        _check_exact(feature, values, first)
    if feature.kind == "text":
        return np.where(_missing(values), "", values)
    return values


def _check_exact(feature: Feature, values: Array, first: int) -> None:
    """Two whole numbers from 2^53 on can be one double, and so one category."""
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(np.abs(values) >= 2**53)
    if len(rows):
        message = f"input `{feature.name}` is a category, and holds whole numbers too long to be told apart (row {rows[0] + first})"
        raise problem("MLS0664", message, help="declare the column as `string` under the source's `columns`")


def _missing(values: Array) -> Array:
    import pandas as pd

    return np.asarray(pd.isna(values), dtype=bool)


def _numbers(series: Any, *, whole: bool) -> tuple[Array, Array]:
    import pandas as pd

    values = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.isinf(values) | (np.isnan(values) & ~_missing(series.to_numpy()))
    if series.dtype.kind == "O":
        spelled = _WHOLE if whole else _REAL
        bad |= np.array([isinstance(v, str) and not spelled.fullmatch(v) for v in series], dtype=bool)
    if whole:
        with np.errstate(invalid="ignore"):
            bad |= ~np.isnan(values) & (values != np.floor(values))
    return values, bad


def _booleans(series: Any) -> tuple[Array, Array]:
    raw = series.to_numpy(dtype=object, na_value=None)
    values = np.array([_truth(v) for v in raw], dtype=np.float64)
    return values, np.isnan(values) & ~_missing(raw)


def _truth(value: object) -> float:
    if isinstance(value, (bool, np.bool_)):
        return float(value)
    if isinstance(value, (int, float, np.integer, np.floating)):
        return float(value) if value in (0, 1) else np.nan
    return _TRUTH.get(str(value).strip().casefold(), np.nan)


def _instants(series: Any, *, whole_days: bool) -> tuple[Array, Array]:
    """Seconds since 1970 UTC; bad: no time, no time that `clean` reads, and for a date one that is not midnight."""
    import pandas as pd

    raw = series.to_numpy(dtype=object, na_value=None)
    times = series if series.dtype.kind == "M" else pd.Series([_time(v) for v in raw], dtype=object)
    moments = pd.to_datetime(times, errors="coerce", utc=True, format=None if times.dtype.kind == "M" else "ISO8601")
    gone = moments.isna().to_numpy()
    seconds = np.where(gone, np.nan, moments.astype("datetime64[us, UTC]").astype("int64").to_numpy() / 1e6)
    bad = gone & ~_missing(series.to_numpy())
    return seconds, bad | (~gone & (seconds % _DAY != 0)) if whole_days else bad


def _time(value: Any) -> Any:
    """A value that is a time, or text that spells one; else None."""
    if isinstance(value, str):
        text = value.strip(" ")
        return text if _INSTANT.fullmatch(text) else None
    return value if isinstance(value, dt.date | np.datetime64) else None  # a datetime and a pandas Timestamp are dates, too


def _strings(series: Any) -> Array:
    raw = series.to_numpy(dtype=object, na_value=np.nan)
    return np.array([_text(v) for v in raw], dtype=object)


def _text(value: Any) -> Any:
    """A category as the training rows spell it: `17` and `17.0` are one category, True is `true`."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return np.nan
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _misfit(feature: Feature, series: Any, bad: Array, first: int) -> Exception:
    rows = np.flatnonzero(bad)
    shown = ", ".join(f"{str(series.iloc[i])!r} in row {i + first}" for i in rows[:SHOWN])
    what = f"{len(rows)} value{'s' if len(rows) != 1 else ''} that {'is' if len(rows) == 1 else 'are'} not of type {feature.type}"
    return problem("MLS0664", f"input `{feature.name}` holds {what}: {shown}", help=_help(feature))


def _help(feature: Feature) -> str:
    wanted = {
        "integer": "send whole numbers",
        "number": "send finite numbers",
        "boolean": "send true or false",
        "date": "send ISO 8601 dates, such as 2026-11-21",
        "timestamp": "send ISO 8601 timestamps, such as 2026-11-21T08:00:00Z",
    }
    return f"{wanted.get(feature.type, 'send text')}; null for missing"
