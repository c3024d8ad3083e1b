"""The target of a model as its task reads it: numbers, labels, or sets of labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.metrics.labels import as_sets, in_order
from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]


def truth_of(rows: pd.DataFrame, params: Mapping[str, Any]) -> Array:
    """What an evaluation compares with, (n,): float64 for numbers, plain labels, or tuples of labels; NaN where there is no target.

    Raises MLS0645.

    Of rows that are put in order (n, 2) float64: how relevant each is, and the number of its query, from 0 as they come.
    """
    from mlspec.runtime.predict import as_labels

    task = TASKS[params["task"]]
    if params.get("target") is None:
        return np.full(len(rows), np.nan)
    column: pd.Series[Any] = rows[params["target"]]
    if task.is_score:
        both: Array = np.column_stack([column.astype("float64").to_numpy(), query_codes(rows, params).astype(np.float64)])
        return both
    if task.has_numbers:
        return column.astype("float64").to_numpy()
    return label_sets(column, params) if task.is_labels else as_labels(column.to_numpy())


def query_codes(rows: pd.DataFrame, params: Mapping[str, Any]) -> Array:
    """The number of each row's query, (n,) int64, from 0 in the order in which they come."""
    found: Array = rows.groupby(params["query"], sort=False, dropna=False).ngroup().to_numpy()
    return found


def label_sets(values: Iterable[Any], params: Mapping[str, Any]) -> Array:
    """Each row's labels, each once and in order, as tuples in an object array (n,).

    A list as the rows have it, or as text that JSON reads as one (a JSON source keeps lists so). With the section's `labelSeparator` text
    is cut there: spaces around a label are none of it, and an empty text has no label. Raises MLS0645 for anything else.
    """
    separator = params.get("labelSeparator")
    return as_sets(in_order(_labels(value, separator, params["target"])) for value in values)


def _labels(value: Any, separator: str | None, target: str) -> Sequence[Any]:
    if isinstance(value, str) and separator is not None:
        return [label for part in value.split(separator) if (label := part.strip())]
    if isinstance(value, str):
        value = _from_json(value)
    if isinstance(value, list | tuple | np.ndarray) and separator is None:
        found = [v.item() if isinstance(v, np.generic) else v for v in value]
        if all(isinstance(v, str | int) and not isinstance(v, bool) for v in found):
            return found
    what = "text" if isinstance(value, str) else "a list of other things than texts and whole numbers" if separator is None else "no text"
    raise problem("MLS0645", f"the target `{target}` holds {what} in a row, which is no set of labels", help=HELP)


def _from_json(text: str) -> Any:
    """The list that a text spells; the text itself where it spells none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, list) else text


HELP = 'a column of lists, or a text and `labelSeparator: ","` beside the target'
