"""Which columns of numbers rise and fall together: Spearman's rank correlation, on a sample of rows evenly spread."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from mlspec.runtime import tables
from mlspec.runtime.tables import ident

ROWS, COLUMNS, FEWEST = 50_000, 60, 10
"""So many rows, and of so many columns, at most; and no fewer rows than these."""
STRONG = 0.7


def rank_correlations(connection: Any, path: Path, names: Sequence[str], rows: int) -> tuple[tuple[str, str, float], ...]:
    """Pairs of columns whose rank correlation (Spearman 1904; ties share their mean rank) is at least STRONG, the strongest first.

    Over rows in which both are known; pairs with fewer than FEWEST of them, or with one value only, have none.
    """
    names = names[:COLUMNS]
    if len(names) < 2:
        return ()
    step = max(1, rows // ROWS)
    listed = ", ".join(f"CAST({ident(n)} AS DOUBLE) AS {ident(n)}" for n in names)
    taken = f"SELECT {listed} FROM {tables.numbered(path)} WHERE ({tables.ROW} - 1) % {step} = 0"
    columns = connection.execute(taken).fetchnumpy()
    values = [_floats(columns[n]) for n in names]
    pairs = [(names[i], names[j], _spearman(values[i], values[j])) for i, j in combinations(range(len(names)), 2)]
    strong = [pair for pair in pairs if pair[2] is not None and abs(pair[2]) >= STRONG]
    return tuple(sorted(((a, b, float(r)) for a, b, r in strong if r is not None), key=lambda p: (-abs(p[2]), p[0], p[1])))


def _floats(column: Any) -> Any:
    import numpy as np

    return np.ma.filled(np.ma.asarray(column, dtype=float), np.nan)


def _spearman(one: Any, other: Any) -> float | None:
    import numpy as np
    from scipy.stats import rankdata

    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < FEWEST:
        return None
    ranks = rankdata(one[known]), rankdata(other[known])
    if any(r[0] == r.max() == r.min() for r in ranks):
        return None
    return float(np.corrcoef(*ranks)[0, 1])
