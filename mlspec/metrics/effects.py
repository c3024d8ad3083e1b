"""How much of how good settings were hangs on each parameter: a rank measure, that a few awful trials don't rule."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

PARTS = 5
"""Parts of equal count that a number's values are cut into."""
LEAST = 10
"""Settings that a share needs."""


def effects(settings: Sequence[Mapping[str, Any]], values: Sequence[float]) -> dict[str, float]:
    """The share of the variance of ranks that each parameter's parts explain, without what chance would: epsilon squared.

    `settings`: parameters of each trial; `values`: how good it was. Of n values in k parts, epsilon^2 = (SSB - (k - 1) MSW) / SST on ranks
    (Kelley 1935, on ranks as Kruskal and Wallis 1952), 0 where that is negative. A main effect alone: what two parameters do together
    is in neither. Empty for fewer than LEAST trials.
    """
    from scipy.stats import rankdata

    if len(values) < LEAST:
        return {}
    ranks = rankdata(values)
    names = sorted({name for one in settings for name in one})
    return {name: _share(ranks, _parts([one.get(name, "") for one in settings])) for name in names}


def _parts(values: Sequence[Any]) -> np.ndarray[Any, Any]:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if numbers and len({*values}) > PARTS:
        found = np.asarray(values, dtype=np.float64)
        return np.searchsorted(np.quantile(found, np.arange(1, PARTS) / PARTS), found, side="right")
    return np.unique([json.dumps(v, sort_keys=True) for v in values], return_inverse=True)[1]


def _share(ranks: np.ndarray[Any, Any], parts: np.ndarray[Any, Any]) -> float:
    count, names = len(ranks), np.unique(parts)
    total = float(((ranks - ranks.mean()) ** 2).sum())
    if len(names) < 2 or count <= len(names) or total == 0.0:
        return 0.0
    within = sum(float(((ranks[parts == name] - ranks[parts == name].mean()) ** 2).sum()) for name in names)
    between = total - within
    return max(0.0, (between - (len(names) - 1) * within / (count - len(names))) / total)
