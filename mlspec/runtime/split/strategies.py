"""One function a strategy: rows -> boolean arrays of the training and the test side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mlspec.diagnostics import did_you_mean, problem

Array = np.ndarray[Any, Any]
Sides = tuple[Array, Array]


def assign(rows: Any, params: Mapping[str, Any]) -> Sides:
    """Return (train, test), boolean arrays over the rows of an Arrow table; a row is on at most one side. Raises MLS0644."""
    return _STRATEGIES[params["strategy"]](rows, params)


def _column(rows: Any, name: str) -> Any:
    if name not in rows.column_names:
        raise problem("MLS0644", f"the split needs the column `{name}`", help=did_you_mean(name, rows.column_names))
    column = rows.column(name)
    if column.null_count:
        raise problem(
            "MLS0644", f"the split's column `{name}` has {column.null_count} missing values", help="fill or drop them in a `clean` step"
        )
    return column


def _time(rows: Any, params: Mapping[str, Any]) -> Sides:
    """Test rows are the last; no instant stands on both sides, and training ends `gap` seconds before the test begins."""
    import pandas as pd

    name = params["timeColumn"]
    times = pd.to_datetime(pd.Series(_column(rows, name).to_pandas())).dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    if "testFrom" in params:
        begin = np.datetime64(params["testFrom"].replace(" ", "T"), "us")
    else:
        ordered = np.sort(times)
        begin = ordered[min(len(ordered) - 1, int(np.ceil(len(ordered) * (1 - params["test"]))))]
    end = np.datetime64(begin, "us") - np.timedelta64(int(params.get("gap", 0.0) * 1e6), "us")
    return times < end, times >= begin


def _random(rows: Any, params: Mapping[str, Any]) -> Sides:
    count = rows.num_rows
    return _held_out(count, np.random.default_rng(params["seed"]).permutation(count)[: _size(count, params)])


def _size(count: int, params: Mapping[str, Any]) -> int:
    return max(1, round(count * params["test"])) if params["test"] > 0 else 0


def _held_out(count: int, chosen: Array) -> Sides:
    test = np.zeros(count, dtype=bool)
    test[chosen] = True
    return ~test, test


def _stratified(rows: Any, params: Mapping[str, Any]) -> Sides:
    """Each class gives its share to the test, and keeps at least one row in training."""
    labels = np.asarray([str(v) for v in _column(rows, params["target"]).to_pylist()])
    generator, chosen = np.random.default_rng(params["seed"]), []
    for label in sorted(set(labels)):
        own = generator.permutation(np.flatnonzero(labels == label))
        if len(own) < 2:
            raise problem(
                "MLS0643", f"the class `{label}` has one row, and stratifying needs two", help="use another strategy, or drop the class"
            )
        chosen.append(own[: min(len(own) - 1, _size(len(own), params))])
    return _held_out(rows.num_rows, np.concatenate(chosen))


def _group(rows: Any, params: Mapping[str, Any]) -> Sides:
    """Whole groups go to the test, in random order, until it has its share; no group stands on both sides."""
    groups = np.asarray([str(v) for v in _column(rows, params["group"]).to_pylist()])
    names, counts = np.unique(groups, return_counts=True)
    order = np.random.default_rng(params["seed"]).permutation(len(names))
    wanted = int(np.searchsorted(np.cumsum(counts[order]), _size(len(groups), params)) + 1)
    return _held_out(len(groups), np.flatnonzero(np.isin(groups, names[order[: min(wanted, len(names) - 1)]])))


def _predefined(rows: Any, params: Mapping[str, Any]) -> Sides:
    values = np.asarray([str(v).strip().casefold() for v in _column(rows, params["column"]).to_pylist()])
    other = sorted(set(values) - {"train", "test"})
    if other:
        raise problem(
            "MLS0644",
            f"`{params['column']}` says `{other[0]}`, and the split knows `train` and `test`",
            help="replace it in a `clean` step",
        )
    return values == "train", values == "test"


_STRATEGIES: dict[str, Callable[[Any, Mapping[str, Any]], Sides]] = {
    "time": _time,
    "random": _random,
    "stratified": _stratified,
    "group": _group,
    "predefined": _predefined,
}
