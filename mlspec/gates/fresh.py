"""Test rows that the champion was trained on: it knows their answers, so that a comparison there would be unfair to the challenger.

It happens when rows are added or removed and a split at random is drawn anew; a split by time hands old test rows to training too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from mlspec.metrics.answers import Answers, Array


@dataclass(frozen=True, slots=True)
class Picked:
    """A model's answers for some of the rows."""

    predicted: Array
    proba: Array | None
    classes: tuple[Any, ...] | None


def pick(answers: Answers, rows: Array) -> Picked:
    """Return the answers for `rows`, a mask of shape (n,)."""
    return Picked(answers.predicted[rows], None if answers.proba is None else answers.proba[rows], answers.classes)


def unseen(test: pd.DataFrame, trained_on: pd.DataFrame, columns: Sequence[str]) -> Array:
    """Return a mask (n,): test rows that don't stand in `trained_on`, told by `columns` (the source's key, else features and target).

    Where `trained_on` lacks one of the columns, by those that both have; by none, every row is taken as unseen.
    """
    from pandas.util import hash_pandas_object

    shared = [c for c in columns if c in test.columns and c in trained_on.columns]
    if not shared:
        return np.ones(len(test), dtype=bool)
    known = hash_pandas_object(trained_on[shared].astype("string"), index=False).to_numpy()
    mask: Array = ~np.isin(hash_pandas_object(test[shared].astype("string"), index=False).to_numpy(), known)
    return mask
