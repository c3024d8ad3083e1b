"""Features as columns of numbers: times as seconds, a text with one number in it as that number, an indicator a category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.metrics.answers import Array

if TYPE_CHECKING:
    import pandas as pd

LEVELS = 20
"""A column of text with more values is no category here."""
HOLDS_NUMBER = 0.9
"""A text is read as a number when so many of its values hold exactly one."""
_NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?"


def feature_columns(frame: pd.DataFrame, features: Sequence[str]) -> dict[str, Array]:
    """{feature: (n, k) numbers}: one column of a number (NaN where missing), indicators of a category; prose has none."""
    import pandas as pd

    found: dict[str, Array] = {}
    for name in features:
        values = numbers_of(frame[name])
        if values is not None:
            found[name] = values[:, None]
            continue
        codes, levels = pd.factorize(frame[name].astype("string"), sort=True)
        if 1 < len(levels) <= LEVELS:
            found[name] = indicators(codes, len(levels))
    return found


def indicators(codes: Array, levels: int) -> Array:
    """(n, levels): 1 where a row has the level; a missing value (code -1) has none."""
    found: Array = (codes[:, None] == np.arange(levels)[None, :]).astype(np.float64)
    return found


def numbers_of(column: pd.Series[Any]) -> Array | None:
    """The column as numbers (n,), NaN where missing; None for categories and for prose."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return column.astype("float64").to_numpy()
    if pd.api.types.is_datetime64_any_dtype(column):
        return _seconds(column)
    first = column.dropna().iloc[:1].tolist()
    if first and hasattr(first[0], "toordinal"):  # dates
        return _seconds(pd.to_datetime(column, errors="coerce", utc=True))
    return _inside_texts(column)


def _seconds(column: pd.Series[Any]) -> Array:
    """Since 1970, UTC."""
    import pandas as pd

    start = pd.Timestamp(0, tz=column.dt.tz)
    return ((column - start) / pd.Timedelta(seconds=1)).astype("float64").to_numpy()


def _inside_texts(column: pd.Series[Any]) -> Array | None:
    """`12.5 kg`, `$1,200`: a target may be told by a text, too. Few values are a category."""
    import pandas as pd

    text = column.astype("string")
    known = int(text.notna().sum())
    if text.nunique() <= LEVELS or (text.str.count(_NUMBER) == 1).sum() < HOLDS_NUMBER * known:
        return None
    held = text.str.extract(f"({_NUMBER})", expand=False).str.replace(",", "", regex=False)
    return pd.to_numeric(held, errors="coerce").astype("float64").to_numpy(na_value=np.nan)
