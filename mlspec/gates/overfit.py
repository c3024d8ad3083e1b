"""What training rows and test rows say of one model, side by side, in words: a model that knows its training rows by heart shows there."""

from __future__ import annotations

from mlspec.gates.overview import MetricRow
from mlspec.gates.tables import number
from mlspec.metrics.catalog import METRICS

TOLD = 4
"""Metrics in a line."""


def training_line(metrics: tuple[MetricRow, ...], first: tuple[str, ...] = ()) -> str:
    """`mae 40.1 on training rows and 48.3 on test rows (8.2 worse); …`, the metrics `first` before others; "" where nothing is known."""
    known = [row for row in metrics if row.train is not None]
    order = sorted(known, key=lambda row: first.index(row.metric) if row.metric in first else len(first))
    return "; ".join(_one(row, is_first=i == 0) for i, row in enumerate(order[:TOLD]))


def _one(row: MetricRow, *, is_first: bool) -> str:
    ours, trained = number(row.challenger.value, beside=row.train), number(row.train, beside=row.challenger.value)
    between = f"{trained} on training rows and {ours} on test rows" if is_first else f"{trained} and {ours}"
    return f"{row.metric} {between} ({gap(row)})"


def gap(row: MetricRow) -> str:
    """How far the test rows are from the training rows: `8.2 worse`, or, of a metric without a direction, `8.2 more`."""
    assert row.train is not None  # noqa: S101 - the caller asked
    difference = row.challenger.value - row.train
    greater = METRICS[row.metric].greater if row.metric in METRICS else row.greater
    word = ("more", "less") if greater is None else ("better", "worse") if greater else ("worse", "better")
    return f"{number(abs(difference))} {word[0] if difference > 0 else word[1]}" if difference else "the same"
