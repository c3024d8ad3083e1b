"""What a metric of the user's is given: test rows, the truth, and a model's answers, as pandas has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.labels import are_sets
from mlspec.metrics.levels import levels_of, sorted_levels
from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Given:
    """n rows, numbered from 0. `predicted`: of quantiles a column a level. `proba`: a column a class; None of answers without any."""

    rows: pd.DataFrame
    actual: pd.Series[Any]
    predicted: pd.Series[Any] | pd.DataFrame
    proba: pd.DataFrame | None

    def at(self, index: Array) -> Given:
        """Some of the rows, numbered anew; copies, so that a function that writes into them changes its own alone."""
        proba = None if self.proba is None else self.proba.iloc[index].reset_index(drop=True)
        actual, predicted = self.actual.iloc[index].reset_index(drop=True), self.predicted.iloc[index].reset_index(drop=True)
        return Given(self.rows.iloc[index].reset_index(drop=True), actual, predicted, proba)


def given_of(rows: pd.DataFrame, params: Mapping[str, Any], actual: Array, answers: Answers) -> Given:
    """`actual`: the truth as `truth_of` has it; `params`: the section of the stage evaluate."""
    import pandas as pd

    truth = actual[:, 0] if TASKS[params["task"]].is_score else actual
    levels = levels_of(answers)
    predicted: Any = pd.DataFrame(sorted_levels(answers.predicted), columns=list(levels)) if levels else _series(answers.predicted)
    proba = None if answers.proba is None else pd.DataFrame(answers.proba, columns=list(answers.classes or ()))
    return Given(rows.reset_index(drop=True), _series(truth), predicted, proba)


def _series(values: Array) -> Any:
    """Numbers and labels with their own type; sets of labels as tuples."""
    import pandas as pd

    return pd.Series(values) if values.dtype != object or are_sets(values) else pd.Series(values.tolist())
