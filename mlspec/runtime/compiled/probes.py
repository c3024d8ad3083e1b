"""Rows that would show a difference: golden ones, categories known and unknown, missing values, both sides of thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlspec.runtime.compiled.columns import ADD, DIVIDE, MULTIPLY, SUBTRACT, Category, Number
from mlspec.runtime.compiled.preprocess import Preprocess
from mlspec.runtime.compiled.scorer import Array
from mlspec.runtime.signature import Feature

COMPLETE, HOLEY, BOUNDARY = 96, 64, 128
"""How many rows without missing values, with some, and of matrix rows at thresholds."""
MOST_OF_A_KIND = 40
UNKNOWN = "\x00no category of any model\x00"
_UNDONE: Mapping[Any, Any] = {SUBTRACT: np.add, ADD: np.subtract, DIVIDE: np.multiply, MULTIPLY: np.divide}


def probe_rows(
    features: Sequence[Feature], preprocess: Preprocess, golden: Sequence[Sequence[Any]], thresholds: Mapping[int, Array]
) -> list[list[Any]]:
    """Prepared rows: `COMPLETE` without missing values, the golden ones first, then `HOLEY`. The same for the same model."""
    dice = np.random.default_rng(0)
    pools = [_pool(f, i, preprocess, [row[i] for row in golden], thresholds) for i, f in enumerate(features)]
    whole = [list(row) for row in golden if all(v == v for v in row)]  # noqa: PLR0124 - NaN
    while len(whole) < COMPLETE:
        whole.append([pool[dice.integers(len(pool))] for pool in pools])
    holey = [list(row) for row in golden if not all(v == v for v in row)]  # noqa: PLR0124 - NaN
    for i in range(HOLEY):
        row = [pool[dice.integers(len(pool))] for pool in pools]
        for hole in {i % len(row), *np.flatnonzero(dice.random(len(row)) < 0.2).tolist()}:
            row[hole] = float("nan")
        holey.append(row)
    return whole + holey


def holes(rows: Sequence[Sequence[Any]]) -> Array:
    """Which rows hold a missing value, (n,) of bool."""
    return np.array([any(v != v for v in row) for row in rows])  # noqa: PLR0124 - NaN


def _pool(feature: Feature, source: int, preprocess: Preprocess, golden: Sequence[Any], thresholds: Mapping[int, Array]) -> list[Any]:
    """Values of a feature, none missing."""
    seen = [v for v in golden if v == v]  # noqa: PLR0124 - NaN
    columns = [c for c in preprocess.columns if c.source == source]
    for column in columns:
        if isinstance(column, Category):
            seen += [*list(column.codes)[:MOST_OF_A_KIND], *([UNKNOWN] if feature.type == "string" else [-7.0, 1e6])]
        else:
            seen += _around(column, thresholds.get(column.place))
    return [_as_type(feature, v) for v in seen] or [UNKNOWN if feature.type == "string" else 0.0]


def _around(column: Number, thresholds: Array | None) -> list[float]:
    """Numbers on both sides of a column's thresholds, as they are before its steps, and a few at large."""
    some = np.array([0.0, -0.0, 1.0, -1.0, 0.5, 1e-9, 1234.5, 1e6, -1e6])
    if thresholds is None or not len(thresholds):
        return some.tolist()  # type: ignore[no-any-return]
    found = thresholds[np.linspace(0, len(thresholds) - 1, min(len(thresholds), MOST_OF_A_KIND)).astype(int)]
    for step, operand in reversed(column.steps):
        found = _UNDONE[step](found, operand)
    found = found[np.isfinite(found)]
    return np.concatenate([some, found, np.nextafter(found, -np.inf), np.nextafter(found, np.inf)]).tolist()  # type: ignore[no-any-return]


def _as_type(feature: Feature, value: Any) -> Any:
    if feature.type == "boolean":
        return float(bool(value))
    return float(np.floor(value)) if feature.type in ("integer", "date") else value


def boundary_matrix(matrix: Array, thresholds: Mapping[int, Array]) -> Array:
    """Rows of a matrix with their numbers put on thresholds, and next to them, in double and in single precision.

    A tree parts missing values from all others by a threshold without end: nothing is put there, since one such row is refused with all.
    """
    dice = np.random.default_rng(1)
    found = matrix[np.arange(BOUNDARY) % len(matrix)].copy(order="K")
    for place, every in thresholds.items():
        values = every[np.isfinite(every)]
        if len(values):
            chosen = values[dice.integers(len(values), size=BOUNDARY)]
            found[:, place] = np.choose(np.arange(BOUNDARY) % 5, _beside(chosen))
    return found


def _beside(values: Array) -> list[Array]:
    single = values.astype(np.float32)
    others = [np.nextafter(single, np.float32(side)).astype(np.float64) for side in (-np.inf, np.inf)]
    return [values, np.nextafter(values, -np.inf), np.nextafter(values, np.inf), *others]
