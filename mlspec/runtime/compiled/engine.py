"""Which way a loaded model answers, and why: compiled as a whole, its preprocessing alone, or scikit-learn throughout."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mlspec.runtime.artifact import Sealed, opened
from mlspec.runtime.compiled.plain import Conversion, conversions, prepared_rows
from mlspec.runtime.compiled.preprocess import Preprocess
from mlspec.runtime.compiled.refused import NO_WAY, UnsureError
from mlspec.runtime.compiled.scorer import Array, Scorer
from mlspec.runtime.inputs import prepare
from mlspec.runtime.predict import Predictions, answer, class_order, finished
from mlspec.runtime.signature import Signature
from mlspec.runtime.tally import Tally

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["compiled", "compiled-preprocessing", "scikit-learn", "onnx", "program"]
One = Callable[[list[float]], float | None]
FEW = 64
"""Rows up to which each is prepared by itself; more are prepared column by column."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What was compiled of a pipeline. `scorer`: what became of its estimator, or the estimator's own methods."""

    preprocess: Preprocess
    scorer: Scorer


@dataclass(frozen=True, slots=True)
class Engine:
    """A model's way to answer. `held`: the estimator, sealed where it was not needed yet. `reason`: for people, why it is this one.

    `alone`: a row's answer does not depend on its company; `seconds`: what one row took when it was proven, at best. `fallbacks`: rows of
    a compiled model that went another way since: prepared by pandas (`prepare`), or answered by scikit-learn (`predict`), by reason; one
    such row takes those with it that were asked together. `one`: a row of the matrix -> its answer, where that is one number.
    """

    kind: Kind
    reason: str
    held: Any
    signature: Signature
    ways: Ways | None
    alone: bool
    convert: Sequence[Conversion]
    order: Sequence[int] | None
    seconds: float = 0.0
    one: One | None = None
    fallbacks: Tally = field(default_factory=Tally, compare=False)

    @property
    def estimator(self) -> Any:
        """The estimator, opened for it where it was sealed."""
        return opened(self.held)

    @property
    def is_sealed(self) -> bool:
        """Whether the estimator is yet to be read: whatever asks for it takes as long as importing scikit-learn does."""
        return isinstance(self.held, Sealed) and not self.held.is_open

    def frame(self, features: pd.DataFrame) -> Predictions:
        """Answer the rows of a frame that `prepare` returned. Raises MLS0665 as `predict.answer` does."""
        if self.ways is not None and len(features):
            try:
                return self._matrix(self.ways, self.ways.preprocess.matrix([values_of(features[name]) for name in features.columns]))
            except UnsureError as unsure:
                self.fallbacks.add(("fallback", "predict", unsure.reason), len(features))
        return answer(self.estimator, self.signature, features)

    def columns(self, columns: Mapping[str, Sequence[Any]]) -> Predictions:
        """Answer n > 0 rows given as equally long columns of plain values, None for missing. Raises MLS0664 and MLS0665."""
        if self.ways is not None:
            try:
                rows = prepared_rows(self.convert, self.signature.names, columns)
            except UnsureError as unsure:
                self.fallbacks.add(("fallback", "prepare", unsure.reason), len(next(iter(columns.values()))))
            else:
                with contextlib.suppress(UnsureError):  # `frame` counts it
                    return self.rows(rows)
        return self._by_pandas(columns)

    def arithmetic(self, columns: Mapping[str, Sequence[Any]]) -> Predictions | None:
        """As `columns`, by what is compiled alone; None where that does not take the rows. Nothing is counted. Raises MLS0665."""
        try:
            return self.rows(prepared_rows(self.convert, self.signature.names, columns))
        except UnsureError:
            return None

    def number(self, row: Sequence[Any]) -> float | None:
        """The answer to one row of prepared values, where it is a number that needs no array; None for `rows` to be asked."""
        if self.one is None or self.ways is None:
            return None
        found = self.one(self.ways.preprocess.row(row))
        return found if found is not None and found - found == 0.0 else None  # infinity and NaN are refused there

    def rows(self, rows: Sequence[Sequence[Any]]) -> Predictions:
        """Answer n > 0 rows of prepared values, in the signature's order. Raises UnsureError for `columns` to be asked, and MLS0665."""
        if self.ways is None:
            raise UnsureError(NO_WAY)
        preprocess = self.ways.preprocess
        if len(rows) <= FEW:
            return self._matrix(self.ways, np.array([preprocess.row(r) for r in rows], dtype=np.float64, order=preprocess.order))
        return self._matrix(self.ways, self.matrix(preprocess, rows))

    def matrix(self, preprocess: Preprocess, rows: Sequence[Sequence[Any]]) -> Array:
        """The matrix of n > 0 rows of prepared values, made column by column."""
        return preprocess.matrix([_array(f.type, c) for f, c in zip(self.signature.features, zip(*rows, strict=True), strict=True)])

    def _matrix(self, ways: Ways, matrix: Array) -> Predictions:
        predicted, proba = ways.scorer(matrix)
        return finished(self.signature, predicted, proba, self.order)

    def _by_pandas(self, columns: Mapping[str, Sequence[Any]]) -> Predictions:
        import pandas as pd

        frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
        return self.frame(prepare(self.signature, frame, history=True))

    def because(self, kind: Kind, reason: str, ways: Ways | None) -> Engine:
        """The same model, answered another way."""
        return replace(self, kind=kind, reason=reason, ways=ways)


def _array(type_: str, values: Sequence[Any]) -> Array:
    found = np.empty(len(values), dtype=object if type_ == "string" else np.float64)
    found[:] = values
    return found


def values_of(column: Any) -> Array:
    """A column of a prepared frame: float64, or text and NaN."""
    return column.to_numpy() if column.dtype == np.float64 else column.to_numpy(dtype=object, na_value=np.nan)  # type: ignore[no-any-return]


def reference(estimator: Any, signature: Signature, reason: str) -> Engine:
    """scikit-learn throughout."""
    return Engine("scikit-learn", reason, estimator, signature, None, False, conversions(signature), class_order(estimator, signature))
