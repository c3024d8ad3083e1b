"""predictions.parquet: the truth and both models' answers, with the columns that let a person find a row again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlspec.metrics.tasks import TASKS
from mlspec.runtime.context import Context
from mlspec.runtime.tables import write_arrow

if TYPE_CHECKING:
    import pandas as pd


def write_predictions(context: Context, test: pd.DataFrame, actual: Any, answers: Any, floor: Any) -> None:
    """Write `row`, `actual`, `predicted`, `baseline`, `proba` (classes), then keys, time, query, slice and fairness columns."""
    import numpy as np
    import pyarrow as pa

    params = context.params
    table: dict[str, Any] = {
        "row": pa.array(np.arange(len(test))),
        **_truth(params, actual),
        "predicted": _column(answers.said),
        "baseline": _column(floor.said),
    }
    if answers.proba is not None:
        table["proba"] = pa.array([list(row) for row in answers.proba], type=pa.list_(pa.float64()))
    time = [params["timeColumn"]] if params.get("timeColumn") else []
    query = [params["query"]] if params.get("query") else []
    for name in dict.fromkeys([*params["key"], *time, *query, *params["slices"], *params["fairness"]]):
        if name not in table:
            table[name] = pa.array(test[name], from_pandas=True)
    write_arrow(pa.table(table), context.out("predictions.parquet"))


def _truth(params: Any, actual: Any) -> dict[str, Any]:
    """The column of the truth, where there is one."""
    if params.get("target") is None:
        return {}
    return {"actual": _column(actual[:, 0] if TASKS[params["task"]].is_score else actual)}


def _column(values: Any) -> Any:
    """Numbers, labels, or lists of labels or of quantiles; where no row has any label, lists of texts."""
    import pyarrow as pa

    from mlspec.metrics.labels import are_sets

    if values.ndim == 2:
        return pa.array(values.tolist(), pa.list_(pa.float64()))
    if not are_sets(values) or any(len(row) for row in values):
        return pa.array([list(row) for row in values] if are_sets(values) else list(values))
    return pa.array([[] for _ in values], pa.list_(pa.string()))
