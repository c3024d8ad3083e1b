"""What must hold of the two sides of a split, and what split.json says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mlspec.diagnostics import Diagnostic, problem
from mlspec.diagnostics.words import counted, some
from mlspec.metrics.labels import labels_of
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.split.rows import Rows

Array = np.ndarray[Any, Any]


def check_sides(rows: Rows, train: Array, test: Array, params: Mapping[str, Any]) -> list[Diagnostic]:
    """Raise MLS0644 for queries that are cut, MLS0643, MLS0645 for classes that can't be learned.

    Return warnings for those that can't be judged.
    """
    task = TASKS[params["task"]]
    if rows.query is not None:
        _check_queries(rows.query[train], rows.query[test], params)
    if params.get("target") is None or task.is_cluster:
        return []
    if task.is_oddness:
        return _check_odd(rows.target[test].astype(bool), params["target"])
    if not task.has_classes:
        return []
    if task.is_labels:
        return _check_labels(rows.target[train], rows.target[test], params["target"])
    learn, judge, name = _classes(rows.target[train]), _classes(rows.target[test]), params["target"]
    everything = sorted({*learn, *judge})
    if task.classes and len(everything) > task.classes:
        message = f"the target `{name}` has {len(everything)} classes ({some(everything, 5)}), and `binary` means two"
        raise problem("MLS0645", message, help="use `task: multiclass`, or map the values with a `replace` step")
    if len(learn) < 2:
        message = f"the target `{name}` has only one class ({some(learn, 5)}) in the rows to train on"
        raise problem("MLS0643", message, help="take more rows, or `strategy: stratified`, which keeps each class on both sides")
    found = []
    if len(judge) < 2:
        found.append(f"the target `{name}` has only one class ({some(judge, 5)}) in the test: some metrics are not defined")
    if unseen := sorted(set(judge) - set(learn)):
        found.append(f"the test has classes that the training lacks: {some(unseen, 5)}; the model can never be right on them")
    return [Diagnostic("MLS0643", text, help="`strategy: stratified` keeps each class on both sides", severity="warning") for text in found]


def _check_odd(odd: Array, name: str) -> list[Diagnostic]:
    if 0 < odd.sum() < len(odd):
        return []
    text = f"of {len(odd):,} test rows {'none' if not odd.any() else 'each'} is an anomaly by `{name}`: nothing can be judged"
    return [Diagnostic("MLS0643", text, help="`strategy: stratified` keeps both on both sides", severity="warning")]


def _check_queries(learn: Array, judge: Array, params: Mapping[str, Any]) -> None:
    both = sorted({*learn.tolist()} & {*judge.tolist()})
    if both:
        message = f"{counted(len(both), 'value')} of `{params['query']}`, the query, with rows on both sides of the split ({some(both, 3)})"
        help_ = f"`split: {{strategy: group, group: {params['query']}}}`, the default, keeps each on one"
        raise problem("MLS0644", message, help=help_)


def _check_labels(learn: Array, judge: Array, name: str) -> list[Diagnostic]:
    known = labels_of(learn)
    if len(known) < 2:
        message = f"the target `{name}` has {counted(len(known), 'label')} in the rows to train on, and a set is made of two or more"
        raise problem("MLS0643", message, help="take more rows; one label that is there or not is `task: binary`")
    unseen = [label for label in labels_of(judge) if label not in set(known)]
    text = f"the test has labels that the training lacks: {some(unseen, 5)}; the model can never answer them"
    return [Diagnostic("MLS0643", text, help="take more rows, or fewer labels", severity="warning")] if unseen else []


def _classes(values: Array) -> dict[str, int]:
    names, counts = np.unique(values.astype(str), return_counts=True)
    return {str(n): int(c) for n, c in zip(names, counts, strict=True)}


def summary(rows: Rows, train: Array, test: Array) -> dict[str, Any]:
    """split.json: rows by side, the test's share of both, rows left out (the gap), first and last time."""
    learn, judge, either = int(train.sum()), int(test.sum()), int((train | test).sum())  # folds learn from what others are tested on
    return {
        "rows": either,
        "share": round(judge / either, 6),
        "left_out": len(train) - either,
        "train": {"rows": learn} | _ends(rows.times, train),
        "test": {"rows": judge} | _ends(rows.times, test),
    }


def _ends(times: Array | None, side: Array) -> dict[str, str]:
    if times is None or not side.any():
        return {}
    return {"first": _stamp(times[side].min()), "last": _stamp(times[side].max())}


def _stamp(microseconds: Any) -> str:
    return datetime.fromtimestamp(int(microseconds) // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
