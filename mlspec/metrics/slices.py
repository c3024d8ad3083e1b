"""The rows of one slice: the same answers, fewer rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.clusters import space_of
from mlspec.metrics.levels import levels_of
from mlspec.metrics.own import Own, carried
from mlspec.metrics.scaled import scale_of

MISSING = "(missing)"


@dataclass(frozen=True, slots=True)
class Subset:
    """A model's answers for some of the rows."""

    predicted: Array
    proba: Array | None
    classes: tuple[Any, ...] | None
    levels: tuple[float, ...] | None = None
    scale: Array | None = None
    own: Mapping[str, Own] = field(default_factory=dict)
    space: Array | None = None


def subset(answers: Answers, rows: Array) -> Subset:
    """Return the answers of some rows: where the boolean array `rows` is true, or at the positions that it names."""
    proba = None if answers.proba is None else np.asarray(answers.proba)[rows]
    scale = scale_of(answers)
    scale = None if scale is None else np.asarray(scale)[rows]
    space = space_of(answers)
    return Subset(
        np.asarray(answers.predicted)[rows],
        proba,
        answers.classes,
        levels_of(answers) or None,
        scale,
        carried(answers, rows),
        None if space is None else space[rows],
    )


def slices(column: Array) -> Iterator[tuple[str, Array]]:
    """Yield (value's name, boolean array) for each value of a column, by name; missing values are a slice of their own.

    A name depends on the value alone: a missing value in another row makes no float of a whole number (the caller's columns keep
    their types, see `runtime.frames`), and text that is spelled like a missing value is text.
    """
    labels = np.asarray([name_of(v) for v in column], dtype=object)
    for name in sorted(set(labels.tolist())):
        yield name, labels == name


def name_of(value: Any) -> str:
    """What a value is called where it names rows: in reports, KPIs' subjects and waivers. Times are ISO 8601, to the second if whole."""
    if isinstance(value, str):
        return f'"{value}"' if value.strip('"') == MISSING else value
    if _missing(value):
        return MISSING
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _missing(value: Any) -> bool:
    """None, NaN, and what NumPy and pandas have for no value; never text."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return bool(np.isnat(value)) if isinstance(value, np.datetime64) else bool(value != value)  # noqa: PLR0124 - NaN differs from itself
