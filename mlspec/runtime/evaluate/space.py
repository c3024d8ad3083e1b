"""Where rows stand when clusters are measured: the features that the spec declares, prepared as its `preprocess` says.

It is fitted on the test rows, by our own code, whichever model is measured: models that scale otherwise, leave columns out, or learned
from other rows are held to one yardstick, and none brings its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlspec.metrics.answers import Array
from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd


def space_of_rows(params: Mapping[str, Any], test: pd.DataFrame, rows: pd.DataFrame | None = None) -> Array | None:
    """(n, d) doubles for the test rows, or for others beside them, by the section of evaluate; None of any task but clusters.

    Raises MLS0653, MLS0664.
    """
    import numpy as np

    if not TASKS[params["task"]].is_cluster:
        return None
    from mlspec.runtime.inputs import prepare
    from mlspec.runtime.train.features import signature_of
    from mlspec.runtime.train.preprocess import transformer

    section = params["train"]
    signature = signature_of(section, test)
    made = transformer(signature, section["preprocess"], section["seed"]).fit(prepare(signature, test))
    found = made.transform(prepare(signature, test if rows is None else rows))
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=np.float64)


def placed(answers: Any, space: Array | None) -> Any:
    """The answers, with where their rows stand; None stays None."""
    return answers if space is None or answers is None else replace(answers, space=space)
