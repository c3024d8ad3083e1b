"""What the target and the sides must be for a model to be trained and judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mlspec.diagnostics import did_you_mean, problem

Array = np.ndarray[Any, Any]


def check_target(rows: Any, params: Mapping[str, Any]) -> None:
    """Raise MLS0640 (no such column), MLS0641 (missing values), MLS0645 (does not fit the task)."""
    name = params["target"]
    if name not in rows.column_names:
        raise problem("MLS0640", f"the rows have no column `{name}`, which is the target", help=did_you_mean(name, rows.column_names))
    column = rows.column(name)
    if column.null_count:
        share = f"{column.null_count} of {rows.num_rows} rows"
        raise problem(
            "MLS0641", f"the target `{name}` is missing in {share}", help="fill it in a `clean` step, or leave those rows out with `where`"
        )
    _check_task(column, name, params["task"])


def _check_task(column: Any, name: str, task: str) -> None:
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    number = kinds.is_integer(column.type) or kinds.is_floating(column.type) or kinds.is_decimal(column.type)
    if task == "regression" and not number:
        raise problem(
            "MLS0645", f"the target `{name}` is {column.type}, and a regression needs numbers", help="cast it, or change the task"
        )
    if task == "binary":
        count = pc.count_distinct(column).as_py()
        if count != 2:
            raise problem(
                "MLS0645", f"the target `{name}` has {count} classes, and `binary` means two", help="use `multiclass`, or clean the target"
            )


def check_sides(rows: Any, train: Array, test: Array, params: Mapping[str, Any]) -> None:
    """Raise MLS0642 (a side is too small) or MLS0643 (classes are missing from training)."""
    if train.sum() < 2 or test.sum() < 1:
        message = f"the split leaves {int(train.sum())} rows to train on and {int(test.sum())} to test on"
        raise problem("MLS0642", message, help="change `test`, `testFrom` or `gap`, or get more rows")
    if params["task"] == "regression":
        return
    labels = np.asarray([str(v) for v in rows.column(params["target"]).to_pylist()])
    known, asked = set(labels[train]), set(labels[test])
    if len(known) < 2:
        raise problem("MLS0643", f"training holds one class only, `{next(iter(known))}`", help="use a stratified split, or another cut")
    if asked - known:
        raise problem(
            "MLS0643", f"the class `{min(asked - known)}` is in the test and not in training", help="use a stratified split, or another cut"
        )
