"""A fitted ColumnTransformer -> the matrix that it would make, of one row's values or of many rows' columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlspec.runtime.compiled.columns import DIVIDE, SUBTRACT, Array, Column, Number
from mlspec.runtime.compiled.refused import exactly, need
from mlspec.runtime.compiled.transformers import columns_of
from mlspec.runtime.signature import Signature


class Preprocess:
    """`width`: columns of the matrix. `order`: how many rows lie in memory, "C" or "F": sums over them depend on it in the last bits."""

    def __init__(self, columns: Sequence[Column], order: str = "F") -> None:
        self.columns = tuple(columns)
        self.width = sum(c.width for c in self.columns)
        self.order: Any = order
        self._scaled = tuple(found for c in self.columns if (found := _scaled(c)))
        self._rows = tuple((c.write_row, c.source) for c in self.columns if _scaled(c) is None)
        self._zeros = [0.0] * self.width

    def row(self, values: Sequence[Any]) -> list[float]:
        """The matrix's row of one row's prepared values, in the signature's order."""
        row = self._zeros.copy()
        for source, place, fill, mean, scale in self._scaled:
            value = values[source]
            row[place] = ((value if value == value else fill) - mean) / scale  # noqa: PLR0124 - NaN
        for write, source in self._rows:
            write(values[source], row)
        return row

    def matrix(self, features: Sequence[Array]) -> Array:
        """The matrix (n, width), float64, of columns as `prepare` makes them, in the signature's order."""
        found = np.zeros((len(features[0]), self.width), order=self.order)
        for column in self.columns:
            column.write(features[column.source], found)
        return found


def _scaled(column: Column) -> tuple[int, int, float, float, float] | None:
    """A number that is filled and standardised, which most are: written in place, since a call takes longer than that."""
    if isinstance(column, Number) and tuple(step for step, _ in column.steps) == (SUBTRACT, DIVIDE):
        (_, mean), (_, scale) = column.steps
        return column.source, column.place, column.fill, mean, scale
    return None


def compile_preprocess(transformer: Any, signature: Signature) -> Preprocess:
    """Compile what `train/preprocess.py` makes, or the like. Raises NotCompiledError."""
    from sklearn.compose import ColumnTransformer

    need(all(f.kind != "text" for f in signature.features), "it takes text")
    need(exactly(transformer, ColumnTransformer), f"{type(transformer).__name__} is no ColumnTransformer")
    need(not transformer.sparse_output_, "its features are a sparse matrix")
    need(transformer.transformer_weights is None, "its transformers are weighted")
    columns: list[Column] = []
    for name, fitted, chosen in transformer.transformers_:
        if _chosen(chosen) and not _is_dropped(fitted):
            place = sum(c.width for c in columns)
            columns += columns_of(name, fitted, [_source(c, signature) for c in _chosen(chosen)], place)
    need(columns, "it takes no column")
    return Preprocess(columns)


def plain_numbers(signature: Signature, estimator: Any) -> Preprocess:
    """What an estimator takes that stands alone: the features as they are. Raises NotCompiledError unless all are numbers."""
    need(all(f.kind == "numeric" for f in signature.features), "it takes features that are no numbers without a ColumnTransformer")
    need(getattr(estimator, "n_features_in_", None) == len(signature.features), "it takes other features than the signature's")
    return Preprocess([Number(i, i, float("nan"), ()) for i in range(len(signature.features))])


def _is_dropped(fitted: Any) -> bool:
    return isinstance(fitted, str) and fitted == "drop"


def _chosen(columns: Any) -> list[Any]:
    need(isinstance(columns, list), "a transformer takes a column as text, or by a slice")
    return list(columns)


def _source(column: Any, signature: Signature) -> int:
    need(isinstance(column, str) and column in signature.names, "a transformer takes a column by its number")
    return signature.names.index(column)
