"""The rows of one slice: the same answers, fewer rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlspec.metrics.answers import Answers, Array


@dataclass(frozen=True, slots=True)
class Subset:
    """A model's answers for some of the rows."""

    predicted: Array
    proba: Array | None
    classes: tuple[Any, ...] | None


def subset(answers: Answers, rows: Array) -> Subset:
    """Return the answers where the boolean array `rows` is true."""
    proba = None if answers.proba is None else np.asarray(answers.proba)[rows]
    return Subset(np.asarray(answers.predicted)[rows], proba, answers.classes)


def slices(column: Array) -> Iterator[tuple[str, Array]]:
    """Yield (value as text, boolean array) for each value of a column, by text; missing values are a slice of their own."""
    labels = np.asarray(["(missing)" if _missing(v) else str(v) for v in column], dtype=object)
    for name in sorted(set(labels.tolist())):
        yield name, labels == name


def _missing(value: Any) -> bool:
    return value is None or value != value or str(value) in ("<NA>", "NaT")  # noqa: PLR0124 - NaN is the value that differs from itself
