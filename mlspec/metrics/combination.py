"""Leakage by combination: features that make up the target together, such as the parts of a sum.

A linear fit of the target on all features finds sums of any number of parts, differences and weighted sums; a fit of its logarithm
on theirs finds products and ratios; a fit of the target on products of two finds amounts with a discount, and what differs by category.
An identity leaves next to nothing over on rows that the fit has not seen, however many features stand beside it; an honest relation, even
an easy one, leaves its noise over. Bounded by rows and columns, never by time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.columns import feature_columns
from mlspec.metrics.design import Design, design, products
from mlspec.metrics.edge import edge_score
from mlspec.metrics.linear import cross_fitted, trimmed
from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd

ROWS = 5000
CLASSES = 8
"""Classes that are looked at one by one, the most frequent first; for a sharp edge the first three."""
LEAST_ROWS = 40
TOLD = 10.0
"""What leaves at most so many times over what an identity may leave is a strong fit, which is told."""
COPY = 1e-6
"""What a single feature may leave over here: the slow series' last value tells the next one well, and is the single feature's check."""
CURVED = 1000.0
"""What products of two leave over must be so many times less: they follow smooth honest curves closely, and a formula exactly."""
PRUNED_ONE_BY_ONE = 24


@dataclass(frozen=True, slots=True)
class Combination:
    """The features that give the target together. `explained`: 0 to 1, cross-fitted; `form`: sum, product, formula or threshold."""

    explained: float
    columns: tuple[str, ...]
    form: str

    def as_json(self) -> dict[str, Any]:
        """As evaluation.json has it."""
        return {"explained": self.explained, "columns": list(self.columns), "form": self.form}


def combination(frame: pd.DataFrame, features: Sequence[str], target: str, task: str, *, limit: float, seed: int) -> Combination | None:
    """Return what explains the target best of all that explains nearly `limit` of it, pruned to the features it needs; None: nothing does.

    1 - `explained` is the squared size of what is left over, against the target's spread; for classes, of the indicator of a class,
    or the share of rows next to a sharp edge that stand on the wrong side.
    """
    rows = frame if len(frame) <= ROWS else frame.sample(ROWS, random_state=seed).sort_index()
    columns = feature_columns(rows, features)
    if len(rows) < LEAST_ROWS or not columns:
        return None
    values, floor = rows[target], 1 - (1 - limit) * TOLD
    tries = (
        _of_numbers(values, columns, floor, limit, seed) if TASKS[task].has_numbers else _of_classes(values, columns, floor, limit, seed)
    )
    best: Combination | None = None
    for found in tries:
        best = found if best is None or found.explained > best.explained else best
        if best.explained >= limit:
            return best
    return best


def _of_numbers(values: pd.Series[Any], columns: Mapping[str, Any], floor: float, limit: float, seed: int) -> Iterator[Combination]:
    """The target, its logarithm and its exponential, each by the features and their logarithms."""
    y = values.astype("float64").to_numpy()
    known = np.abs(y[np.isfinite(y)])
    shapes = [("sum", y, False), ("sum", y, True)]
    if len(known) and (known > 0).mean() >= 0.8:
        shapes.append(("product", _log(y), True))
    if len(known) and known.max() <= 30:
        shapes.append(("sum", np.exp(y), False))
    for form, truth, with_logs in shapes:
        for fill in (False, True):
            made = design(columns, truth, logs=with_logs, fill=fill)
            if made is not None:
                yield from _pruned(made, form, floor, limit, seed, trim=True)
    yield from _formulas(columns, y, limit, seed)


def _formulas(columns: Mapping[str, Any], y: Array, limit: float, seed: int) -> Iterator[Combination]:
    """The target by products of two: an amount of quantity and price less a discount. Not where one feature alone is close to all of it."""
    made, strict = products(columns, y), 1 - (1 - limit) / CURVED
    if made is None or any(cross_fitted(made.of([name]).columns, made.truth, seed) >= limit for name in made.names):
        return
    yield from _pruned(made, "formula", strict, strict, seed, trim=True)


def _log(y: Array) -> Array:
    with np.errstate(divide="ignore"):
        found: Array = np.where(y == 0, np.nan, np.log(np.abs(y)))
    return found


def _of_classes(values: pd.Series[Any], columns: Mapping[str, Any], floor: float, limit: float, seed: int) -> Iterator[Combination]:
    """Each class against the others: by a sum that is its indicator, then by a sum with a sharp edge."""
    labels = values.astype("string").fillna("").to_numpy()
    names, counts = np.unique(labels, return_counts=True)
    order = sorted(range(len(names)), key=lambda i: (-counts[i], names[i]))[: 1 if len(names) == 2 else CLASSES]
    for index in order if len(names) > 1 else ():
        truth = (labels == names[index]).astype(np.float64)
        for with_logs in (False, True):
            made = design(columns, truth, logs=with_logs, fill=False)
            if made is None:
                continue
            yield from _pruned(made, "sum", floor, limit, seed, trim=False)
            if index in order[:3]:
                yield from _edges(made, floor, limit, seed)


def _pruned(made: Design, form: str, floor: float, limit: float, seed: int, *, trim: bool) -> Iterator[Combination]:
    explained, kept = cross_fitted(made.columns, made.truth, seed), np.arange(len(made.truth))
    if explained < limit and trim and explained > 0.5:
        explained, kept = max((explained, kept), trimmed(made.columns, made.truth, seed), key=lambda pair: pair[0])
    if explained < floor:
        return
    part, level = made.rows(kept), limit if explained >= limit else floor
    names = prune(part, lambda some: cross_fitted(some.columns, some.truth, seed), level)
    found = _share(cross_fitted(part.of(names).columns, part.truth, seed))
    if len(names) > 1 or (found >= 1 - COPY and form != "formula"):
        yield Combination(found, names, form)


def _edges(made: Design, floor: float, limit: float, seed: int) -> Iterator[Combination]:
    """What is asked of an edge is coarser than of a sum: rows next to it are few, and the fit that finds it has errors of its own."""
    wrong = edge_score(made.columns, made.truth, seed)
    if wrong is None:
        return
    names = prune(made, lambda some: 1.0 - _wrong(some, seed), 1 - max(2 * wrong, EDGE))
    wrong = _wrong(made.of(names), seed)
    if wrong <= EDGE:
        yield Combination(_share(limit + (1 - limit) * (1 - wrong / EDGE)), names, "threshold")
    elif wrong <= EDGE * 2:
        yield Combination(_share(floor), names, "threshold")


EDGE = 0.03
"""At most this share of the rows next to a sharp edge stand on its wrong side."""


def _wrong(made: Design, seed: int) -> float:
    found = edge_score(made.columns, made.truth, seed)
    return 1.0 if found is None else found


def prune(made: Design, score: Any, level: float) -> tuple[str, ...]:
    """Return the features that are needed to keep `score` at `level`: the weakest go first, many at once, then one by one."""
    names = list(made.by_strength())  # weakest first
    low, high = 0, len(names) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if score(made.of(names[middle:])) >= level else (low, middle - 1)
    names = names[low:]
    for name in list(names) if len(names) <= PRUNED_ONE_BY_ONE else []:
        rest = [n for n in names if n != name]
        if rest and score(made.of(rest)) >= level:
            names = rest
    return tuple(n for n in made.names if n in names)


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 8)
