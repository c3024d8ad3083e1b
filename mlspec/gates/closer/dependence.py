"""Partial dependence (Friedman 2001): what a model answers on average when one feature is set to a value in all rows, value by value.

The rows are written here, and answered by the process that answers the test rows, as for permutation importance.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import Problems
from mlspec.gates.closer.altered import answers_to, sampled
from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    from mlspec.gates.bench import Bench
    from mlspec.gates.closer.importance import Importances
    from mlspec.gates.judge import Evidence

ROWS, VALUES, FEATURES, SECONDS = 500, 11, 4, 30.0
"""At most so many test rows, values of a feature, and features; and the time after which no more is asked."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """Of one feature: its values in order (as text where they are no numbers), the mean answer at each, and its interval over rows."""

    feature: str
    what: str
    values: tuple[float | str, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def dependences(
    bench: Bench, evidence: Evidence, important: Importances | None, personal: frozenset[str], seconds: float = SECONDS
) -> tuple[Dependence, ...]:
    """The features that matter most, but for text and `personal` ones. What goes wrong ends it; nothing fails by it."""
    kinds = {f.name: f.kind for f in bench.challenger.signature.features}
    ranked = [one.feature for one in important.found] if important else []
    chosen = [name for name in ranked if kinds.get(name) != "text" and name not in personal]
    if not chosen or _said(evidence, evidence.challenger) is None:
        return ()
    try:
        return tuple(_each(bench, evidence, chosen[:FEATURES], time.monotonic() + seconds))
    except Problems:
        return ()


def _each(bench: Bench, evidence: Evidence, features: Sequence[str], end: float) -> Iterator[Dependence]:
    import pyarrow.parquet as pq

    table = pq.read_table(bench.test, columns=list(bench.challenger.signature.names))
    table = table.take(sampled(len(table), ROWS, evidence.seed))
    for feature in features:
        values = _grid(table.column(feature))
        if len(values) < 2 or time.monotonic() > end:
            continue
        said = _said(evidence, answers_to(bench, [_set_to(table, feature, value) for value in values], end))
        if said is not None:
            what, numbers = said
            yield _curve(feature, what, values, numbers.reshape(len(values), len(table)))


def _grid(column: Any) -> list[Any]:
    """Values that occur: the most frequent ones of a category, in their order; quantiles of a number, without its outermost 2%."""
    import pyarrow as pa
    import pyarrow.compute as pc

    known = column.drop_null()
    kind = known.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)) or pc.count_distinct(known).as_py() <= VALUES:
        counts = sorted(pc.value_counts(known).to_pylist(), key=lambda c: (-c["counts"], str(c["values"])))[:VALUES]
        return [pa.scalar(v, kind) for v in sorted(c["values"] for c in counts)]
    ends = np.unique(np.quantile(known.to_numpy(), np.linspace(0.02, 0.98, VALUES), method="nearest"))
    return [pa.scalar(v, kind) for v in ends.tolist()]


def _set_to(table: Any, feature: str, value: Any) -> Any:
    """The rows with one feature set to a value."""
    import pyarrow as pa

    place = table.schema.get_field_index(feature)
    return table.set_column(place, table.schema.field(place), pa.repeat(value, len(table)))


def _said(evidence: Evidence, answers: Answers) -> tuple[str, Array] | None:
    """One number a row: the answer, or the probability of the last class of two. None for other tasks."""
    task = TASKS[evidence.task]
    if task.is_number:
        return "mean answer", np.asarray(answers.predicted, dtype=np.float64)
    if task.classes == 2 and answers.proba is not None and answers.classes:
        return f"mean probability of {answers.classes[-1]}", np.asarray(answers.proba, dtype=np.float64)[:, -1]
    return None


def _curve(feature: str, what: str, values: Sequence[Any], said: Array) -> Dependence:
    """`said`: (values, rows)."""
    mean = said.mean(axis=1)
    half = 1.96 * said.std(axis=1, ddof=1) / np.sqrt(said.shape[1]) if said.shape[1] > 1 else np.zeros(len(mean))
    plain = [v.as_py() for v in values]
    told = tuple(float(v) if isinstance(v, int | float) and not isinstance(v, bool) else str(v) for v in plain)
    return Dependence(feature, what, told, _short(mean), _short(mean - half), _short(mean + half))


def _short(numbers: Array) -> tuple[float, ...]:
    return tuple(float(f"{v:.6g}") for v in numbers.tolist())
