"""Features that name rows: nearly every row has a value of its own, or there are thousands of categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

LEAST_ROWS = 50
NEARLY_ALL = 0.95
"""Distinct values against rows that have one."""
MANY = 1000
"""Categories; each is a column of its own when it is one-hot encoded."""
DENSE = 3
"""Whole numbers that count rows lie in a range of at most so many times their number; amounts spread wider, or repeat."""


def identifiers(frame: pd.DataFrame, kinds: Mapping[str, str], features: Sequence[str]) -> dict[str, dict[str, int]]:
    """{feature: {distinct, rows}} of those that name rows. `kinds`: numeric, categorical or text; a text is expected to differ."""
    found = {}
    for name in features:
        column = frame[name].dropna()
        distinct = int(column.nunique())
        if len(column) >= LEAST_ROWS and _names_rows(column, kinds[name], distinct):
            found[name] = {"distinct": distinct, "rows": len(column)}
    return found


def _names_rows(column: pd.Series[Any], kind: str, distinct: int) -> bool:
    import pandas as pd

    if kind == "categorical":
        return distinct >= NEARLY_ALL * len(column) or distinct >= MANY
    whole = kind == "numeric" and pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if not whole or distinct < len(column) or bool((column % 1 != 0).any()):
        return False
    return float(column.max() - column.min()) < DENSE * len(column)
