"""Answers of several labels a row: sets as tuples in an object array, and the metrics that are made of them.

As scikit-learn has them for indicator matrices (user guide 3.4.4), `zero_division` 0: a row without labels for which none are answered
counts 0 in what is averaged over rows. Labels of the truth that the model does not know count as never answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.sums import OfSums, ratio

Make = Callable[[Array, Answers], Callable[[Array], Array]]


def are_sets(values: Array) -> bool:
    """Whether each value is a set of labels (a tuple)."""
    return values.dtype == object and len(values) > 0 and isinstance(values[0], tuple)


def as_sets(rows: Iterable[tuple[Any, ...]]) -> Array:
    """Tuples as an object array, (n,): numpy would make a table of tuples that are equally long."""
    given = list(rows)
    found = np.empty(len(given), dtype=object)
    for i, row in enumerate(given):
        found[i] = row
    return found


def in_order(labels: Iterable[Any]) -> tuple[Any, ...]:
    """Each label once, by type and value."""
    return tuple(sorted(set(labels), key=lambda v: (str(type(v)), v)))


def labels_of(values: Array) -> tuple[Any, ...]:
    """Every label that stands in any row, in order."""
    return in_order(label for row in values for label in row)


def indicators(values: Array, labels: Sequence[Any]) -> Array:
    """Return (n, len(labels)) doubles: 1 where a row has the label. Other labels are left out."""
    position = {label: i for i, label in enumerate(labels)}
    rows = np.repeat(np.arange(len(values)), [len(row) for row in values])
    at = np.array([position.get(label, -1) for row in values for label in row], dtype=np.int64)
    found = np.zeros((len(values), len(labels)))
    known = at >= 0
    found[rows[known], at[known]] = 1.0
    return found


def sets_of(matrix: Array, labels: Sequence[Any]) -> Array:
    """The way back: of a matrix of 0 and 1, each row's labels in their order, (n,) tuples."""
    return as_sets(tuple(labels[int(i)] for i in np.flatnonzero(row)) for row in np.asarray(matrix) > 0)


def indicated(actual: Array, answers: Answers) -> tuple[Array, Array, tuple[Any, ...]]:
    """Truth and answers as indicators of the same labels, (n, k) each, and these labels."""
    said = np.asarray(answers.predicted)
    labels = in_order((*(answers.classes or ()), *labels_of(actual), *labels_of(said)))
    return indicators(actual, labels), indicators(said, labels), labels


def _row_sums(actual: Array, answers: Answers) -> tuple[Array, Array, Array]:
    """Of each row: labels found, labels of the truth, labels answered."""
    truth, said, _ = indicated(actual, answers)
    return (truth * said).sum(axis=1), truth.sum(axis=1), said.sum(axis=1)


def row_weights(metric: str, actual: Array, answers: Answers) -> Array:
    """How much a row counts in a metric, (n,): f1 over all cells is a mean weighted by labels, the others are plain means over rows."""
    if metric != "f1_micro":
        return np.ones(len(actual))
    _, truth, said = _row_sums(actual, answers)
    return truth + said


def _f1_micro(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    hit, truth, said = _row_sums(actual, answers)
    return OfSums([hit, truth + said], lambda _, h, both: ratio(2 * h, both))


def _f1_samples(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    hit, truth, said = _row_sums(actual, answers)
    return OfSums([ratio(2 * hit, truth + said)], lambda n, s: s / n)


def _jaccard_samples(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    hit, truth, said = _row_sums(actual, answers)
    return OfSums([ratio(hit, truth + said - hit)], lambda n, s: s / n)


def _hamming_loss(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    """The share of wrong cells, of all labels that the model or the truth knows."""
    truth, said, labels = indicated(actual, answers)
    return OfSums([(truth != said).sum(axis=1) / max(1, len(labels))], lambda n, s: s / n)


def _subset_accuracy(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    hit, truth, said = _row_sums(actual, answers)
    return OfSums([((hit == truth) & (hit == said)).astype(np.float64)], lambda n, s: s / n)


LABEL_METRICS: dict[str, Make] = {
    "subset_accuracy": _subset_accuracy,
    "hamming_loss": _hamming_loss,
    "f1_micro": _f1_micro,
    "f1_samples": _f1_samples,
    "jaccard_samples": _jaccard_samples,
}
