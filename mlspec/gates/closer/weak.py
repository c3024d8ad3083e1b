"""Where a model is weak: test rows cut by its features, and how much more it errs in each piece. Nobody declared these slices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics.numbers import shown
from mlspec.gates.closer.altered import sampled
from mlspec.metrics.answers import Array
from mlspec.metrics.slices import MISSING, name_of
from mlspec.metrics.tasks import TASKS
from mlspec.metrics.units import units
from mlspec.metrics.weak import Weak, weak_slices

if TYPE_CHECKING:
    import pandas as pd

    from mlspec.gates.bench import Bench
    from mlspec.gates.judge import Evidence
    from mlspec.language.kinds.kpi_set import KPISetSpec

ROWS, VALUES, RANGES = 50_000, 12, 4
"""At most so many test rows, values of a category, and ranges of a number."""
LEAST_CHANCE = 1e-6


@dataclass(frozen=True, slots=True)
class WeakSpots:
    """`found`: slices that err more by `loss` than the other rows, at this confidence for all of `looks` at once, on so many test rows."""

    loss: str
    found: tuple[Weak, ...]
    looks: int
    rows: int
    confidence: float


def weak_spots(bench: Bench, evidence: Evidence, spec: KPISetSpec, personal: frozenset[str]) -> WeakSpots | None:
    """Look through the features, but for `personal` ones, whose values nobody may read. None where a row has no loss of its own."""
    loss = _losses(evidence)
    if loss is None or len(evidence.actual) < 2:
        return None
    name, losses = loss
    kept = np.flatnonzero(np.isfinite(losses))
    kept = kept[sampled(len(kept), ROWS, evidence.seed)]
    codes = units(len(losses), evidence.resampling(spec), np.nan_to_num(losses))[kept]
    names = [f.name for f in bench.challenger.signature.features if f.name not in personal and f.kind != "text"]
    parts = dict(_parts(bench.frame(bench.test)[names].iloc[kept]))
    found = weak_slices(losses[kept], parts, np.unique(codes, return_inverse=True)[1], spec.confidence)
    return WeakSpots(name, found.slices, found.looks, len(kept), spec.confidence)


def _losses(evidence: Evidence) -> tuple[str, Array] | None:
    """What a row costs, and how that is called: the absolute error; the log loss; the share of wrong answers."""
    answers, task = evidence.challenger, TASKS[evidence.task]
    if task.is_number:
        return "absolute error", np.abs(np.asarray(answers.predicted, dtype=np.float64) - np.asarray(evidence.actual, dtype=np.float64))
    if not task.is_label:
        return None
    if answers.proba is None or not answers.classes:
        return "share of wrong answers", (np.asarray(answers.predicted, dtype=object) != np.asarray(evidence.actual, dtype=object)) * 1.0
    place = {name: i for i, name in enumerate(answers.classes)}
    proba = np.asarray(answers.proba, dtype=np.float64)
    truths = enumerate(np.asarray(evidence.actual).tolist())
    chance = np.array([proba[row, place[truth]] if truth in place else 0.0 for row, truth in truths])
    return "log loss", -np.log(np.clip(chance, LEAST_CHANCE, 1.0))


def _parts(frame: pd.DataFrame) -> Iterator[tuple[str, Mapping[str, Array]]]:
    """{feature: {how a piece is called: its rows}}."""
    import pandas as pd

    for name in frame.columns:
        column = frame[name]
        many = column.nunique() > VALUES
        if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype) and many:
            yield name, dict(_ranges(name, column.to_numpy(dtype=np.float64, na_value=np.nan)))
        else:
            yield name, dict(_values(name, column.to_numpy(dtype=object)))


def _ranges(name: str, values: Array) -> Iterator[tuple[str, Array]]:
    """A value that many rows share is a piece of its own (days without rain): quantiles would put all rows into one range."""
    missing = np.isnan(values)
    found, counts = np.unique(values[~missing], return_counts=True)
    common = found[counts * RANGES > counts.sum()]
    yield from ((f"{name} = {shown(value)}", values == value) for value in common.tolist())
    left = ~missing & ~np.isin(values, common)
    pieces = max(1, round(RANGES * left.sum() / max(1, counts.sum())))
    ends = np.unique(np.quantile(values[left], np.linspace(0, 1, pieces + 1), method="inverted_cdf")) if left.any() else np.zeros(0)
    for place, (low, high) in enumerate(pairwise(ends.tolist())):
        last = place == len(ends) - 2
        inside = left & (values >= low) & ((values <= high) if last else (values < high))
        but = "".join(f", not {shown(value)}" for value in common.tolist() if low < value < high)
        yield f"{name} from {shown(low)} {'to' if last else 'below'} {shown(high)}{but}", inside
    yield f"{name} = {MISSING}", missing


def _values(name: str, values: Array) -> Iterator[tuple[str, Array]]:
    called: list[Any] = [name_of(v) for v in values]
    labels = np.asarray(called, dtype=object)
    for value, _ in sorted(Counter(called).items(), key=lambda item: (-item[1], item[0]))[:VALUES]:
        yield f"{name} = {value}", labels == value
