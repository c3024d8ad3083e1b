"""Training rows as estimators take them, and what else a fit needs to know of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.runtime.inputs import prepare
from mlspec.runtime.signature import Signature
from mlspec.runtime.target import query_codes
from mlspec.runtime.train.weights import row_weights
from mlspec.runtime.tune.folds import Rows, rows_of

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """n rows. `queries`: a number for each row's, of a ranking; `weights`: what each counts for; `rows`: what folds of them go by."""

    features: pd.DataFrame
    target: Array
    queries: Array | None = None
    weights: Array | None = None
    rows: Rows | None = None

    def of(self, index: Array) -> Table:
        """Some of the rows."""
        queries, weights = (None if part is None else part[index] for part in (self.queries, self.weights))
        return Table(self.features.iloc[index], self.target[index], queries, weights, None if self.rows is None else self.rows.of(index))


def table_of(section: Mapping[str, Any], rows: pd.DataFrame, signature: Signature, target: Array) -> Table:
    """The rows of a training set, by the section of `train`. Raises MLS0637, MLS0664."""
    queries = query_codes(rows, section) if section.get("query") else None
    by = rows_of(section, rows, section["split"], target) if "split" in section else None
    return Table(prepare(signature, rows), target, queries, row_weights(section, rows), by)
