"""How alike models are that learn from other rows of the same kind: each of some refits learns from half of the training rows, and answers
the test rows; what is said is how far its answers agree with the model's own, in the mean.

Of clusters the adjusted Rand index (stability by subsampling: Ben-Hur, Elisseeff & Guyon 2002; Hennig 2007; von Luxburg 2010), of how odd
rows are Spearman's rank correlation. One number of one training set: no interval is known for it, so none is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.metrics.answers import Array

if TYPE_CHECKING:
    import pandas as pd

REFITS = 20


def halves(train: pd.DataFrame, group: str | None, seed: int) -> list[Array]:
    """Positions of the rows that each refit learns from, rising: half of the rows, or of the groups of the column `group`."""
    codes = np.arange(len(train)) if group is None else train.groupby(group, sort=False, dropna=False).ngroup().to_numpy()
    names = np.unique(codes)
    found = []
    for number in range(REFITS):
        chosen = np.random.default_rng([seed, number]).permutation(names)[: max(1, len(names) // 2)]
        found.append(np.flatnonzero(np.isin(codes, chosen)))
    return found


def refitted(root: Path, params: Mapping[str, Any], train: pd.DataFrame, rows: pd.DataFrame, group: str | None) -> Array:
    """What each refit answers to `rows`, (REFITS, n): numbers of clusters, or scores, as doubles.

    `params`: the section of train, `group`: what its split keeps whole.

    Raises what training raises, MLS0654 for one.
    """
    from mlspec.runtime.inputs import prepare
    from mlspec.runtime.predict import answer
    from mlspec.runtime.train.build import build
    from mlspec.runtime.train.fit import fit_estimator

    found = []
    for half in halves(train, group, int(params["seed"])):
        fitted, signature = fit_estimator(root, params, train.iloc[half].reset_index(drop=True), build)
        found.append(np.asarray(answer(fitted, signature, prepare(signature, rows)).predicted, dtype=np.float64))
    return np.stack(found)


def stability(predicted: Array, again: Array, *, clusters: bool) -> float:
    """How far the answers of refits (REFITS, n) agree with the model's (n,), in the mean; NaN of scores that are all the same."""
    from mlspec.metrics.partitions import adjusted_rand

    if clusters:
        return float(np.mean([adjusted_rand(predicted, one) for one in again.astype(np.int64)]))
    return float(np.mean([_ranks_agree(np.asarray(predicted, dtype=np.float64), one) for one in again]))


def _ranks_agree(one: Array, other: Array) -> float:
    from scipy.stats import rankdata

    left, right = rankdata(one), rankdata(other)
    if not np.ptp(left) or not np.ptp(right):
        return float("nan")
    return float(np.corrcoef(left, right)[0, 1])
