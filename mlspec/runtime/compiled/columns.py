"""One column of features -> its columns of the matrix that the estimator takes, as the fitted transformers would have made them."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Step = tuple[Callable[[Any, float], Any], float]
SUBTRACT, DIVIDE, MULTIPLY, ADD = operator.isub, operator.itruediv, operator.imul, operator.iadd
"""In place for arrays, as the transformers do it; on a float they give a new one."""


@dataclass(frozen=True, slots=True)
class Number:
    """`source`: which feature; `place`: which column of the matrix; `fill`: instead of NaN (NaN: it stays); then `steps`, in order."""

    source: int
    place: int
    fill: float
    steps: Sequence[Step]
    width: int = 1

    def write_row(self, value: float, row: list[float]) -> None:
        """Put one value's number into a row."""
        if value != value:  # noqa: PLR0124 - NaN
            value = self.fill
        for step, operand in self.steps:
            value = step(value, operand)
        row[self.place] = value

    def write(self, values: Array, matrix: Array) -> None:
        """Put n values, float64, into n rows."""
        found = np.where(np.isnan(values), self.fill, values)
        for step, operand in self.steps:
            found = step(found, operand)
        matrix[:, self.place] = found


@dataclass(frozen=True, slots=True)
class Category:
    """`codes`: of each known category; `missing`, `unknown`: of the others. With one column a category, a code below 0 marks none."""

    source: int
    place: int
    codes: Mapping[Any, int]
    missing: int
    unknown: int
    width: int
    one_hot: bool

    def write_row(self, value: Any, row: list[float]) -> None:
        """Put one value's number, or its mark, into a row of zeros."""
        code = self.codes.get(value, self.unknown) if value == value else self.missing  # noqa: PLR0124 - NaN
        if not self.one_hot:
            row[self.place] = float(code)
        elif code >= 0:
            row[self.place + code] = 1.0

    def write(self, values: Array, matrix: Array) -> None:
        """Put n values (float64, or text and NaN) into n rows of zeros."""
        found = np.fromiter(map(self.codes.get, values.tolist(), itertools.repeat(self.unknown)), dtype=np.int64, count=len(values))
        found[values != values] = self.missing  # noqa: PLR0124 - NaN
        if not self.one_hot:
            matrix[:, self.place] = found
            return
        rows = np.flatnonzero(found >= 0)
        matrix[rows, self.place + found[rows]] = 1.0


Column = Number | Category
