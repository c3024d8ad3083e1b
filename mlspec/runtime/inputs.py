"""From whatever frame a caller has to exactly the columns and dtypes that a model was trained on.

Numbers and booleans become float64 (missing: NaN), categories str objects (missing: NaN), text str objects (missing: ""), dates and
timestamps float64 seconds since 1970 UTC. Training, evaluation, the server and batch scoring all pass through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import did_you_mean, problem
from mlspec.runtime.signature import Feature, Signature

if TYPE_CHECKING:
    import pandas as pd

_TRUTH = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}
SHOWN = 3
Array = np.ndarray[Any, Any]


def prepare(signature: Signature, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the features of `frame` in the model's order and dtypes; other columns are ignored.

    Raises MLS0663 (a column is missing) and MLS0664 (values that don't fit, with column, count, first values and their rows from 1).
    """
    import pandas as pd

    check_columns(signature, [str(c) for c in frame.columns])
    data = {f.name: _column(f, frame[f.name]) for f in signature.features}
    return pd.DataFrame(data, columns=signature.names, index=pd.RangeIndex(len(frame)))


def check_columns(signature: Signature, columns: list[str]) -> None:
    """Raise MLS0663 when a feature is not among `columns`."""
    missing = [name for name in signature.names if name not in columns]
    if missing:
        near = did_you_mean(missing[0], [c for c in columns if c not in signature.names])
        shown = ", ".join(f"`{name}`" for name in missing)
        raise problem("MLS0663", f"the input lacks {shown}", help=near or f"the model takes: {', '.join(signature.names)}")


def _column(feature: Feature, series: Any) -> Array:
    if feature.type in ("date", "timestamp"):
        values, bad = _instants(series)
    elif feature.type == "string":
        values, bad = _strings(series), np.zeros(len(series), dtype=bool)
    elif feature.type == "boolean":
        values, bad = _booleans(series)
    else:
        values, bad = _numbers(series, whole=feature.type == "integer")
    if bad.any():
        raise _misfit(feature, series, bad)
    if feature.kind == "text":
        return np.where(_missing(values), "", values)
    return values


def _missing(values: Array) -> Array:
    import pandas as pd

    return np.asarray(pd.isna(values), dtype=bool)


def _numbers(series: Any, *, whole: bool) -> tuple[Array, Array]:
    import pandas as pd

    values = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.isinf(values) | (np.isnan(values) & ~_missing(series.to_numpy()))
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


def _instants(series: Any) -> tuple[Array, Array]:
    import pandas as pd

    moments = pd.to_datetime(series, errors="coerce", utc=True, format="ISO8601" if series.dtype.kind not in "mM" else None)
    gone = moments.isna().to_numpy()
    seconds = moments.astype("datetime64[us, UTC]").astype("int64").to_numpy() / 1e6
    return np.where(gone, np.nan, seconds), gone & ~_missing(series.to_numpy())


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


def _misfit(feature: Feature, series: Any, bad: Array) -> Exception:
    rows = np.flatnonzero(bad)
    shown = ", ".join(f"{str(series.iloc[i])!r} in row {i + 1}" for i in rows[:SHOWN])
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
