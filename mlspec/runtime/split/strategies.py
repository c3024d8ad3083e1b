"""How test rows are chosen: each strategy returns two masks over the rows (train, test); a row may be on neither side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mlspec.diagnostics import did_you_mean, problem
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.split.rows import Rows

Array = np.ndarray[Any, Any]
Sides = tuple[Array, Array]


def choose(rows: Rows, params: Mapping[str, Any]) -> Sides:
    """Return the masks of train and test rows by the section's `strategy`."""
    match params["strategy"]:
        case "time":
            return by_time(rows, params)
        case "stratified":
            return _complement(stratified(rows.target, params["test"], _generator(params), params["task"]))
        case "group" if params.get("testGroups"):
            return _complement(listed_groups(rows.by, params["testGroups"], params["group"]))
        case "group":
            return _complement(by_group(rows.by, params["test"], _generator(params), params["group"]))
        case "predefined":
            return predefined(rows.by, params["column"])
        case _:
            return _complement(_some(len(rows.numbers), params["test"], _generator(params)))


def _generator(params: Mapping[str, Any]) -> np.random.Generator:
    return np.random.default_rng(params.get("seed", 0))


def _complement(test: Array) -> Sides:
    return ~test, test


def _some(count: int, share: float, generator: np.random.Generator) -> Array:
    """A mask with that share of true, at random."""
    mask = np.zeros(count, dtype=bool)
    mask[generator.permutation(count)[: round(count * share)]] = True
    return mask


def by_time(rows: Rows, params: Mapping[str, Any]) -> Sides:
    """The newest rows. All rows of one instant stand on the same side; rows within `gap` seconds before the test on none."""
    times = np.asarray(rows.times)
    if params.get("testFrom"):
        boundary = _microseconds(params["testFrom"])
    else:
        ordered = np.sort(times)
        boundary = int(ordered[min(len(ordered) - 1, round(len(ordered) * (1 - params["test"])))])
    return times < boundary - round(params.get("gap", 0) * 1e6), times >= boundary


def _microseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def stratified(target: Array, share: float, generator: np.random.Generator, task: str) -> Array:
    """The same share of each class (of each tenth of the values for regression), at least one row of it on both sides."""
    classes = _deciles(target) if TASKS[task].is_number else target.astype(str)
    mask = np.zeros(len(classes), dtype=bool)
    for name in np.unique(classes):
        own = np.flatnonzero(classes == name)
        if len(own) < 2 and (TASKS[task].is_label or TASKS[task].is_cluster):
            message = f"class {name} has only one row, so it can't be on both sides of a stratified split"
            raise problem("MLS0643", message, help="get more rows of it, leave it out with `where`, or use `strategy: random`")
        count = min(max(1, round(len(own) * share)), max(1, len(own) - 1))
        mask[generator.permutation(own)[:count]] = True
    return mask


def _deciles(values: Array) -> Array:
    numbers = values.astype(np.float64)
    return np.searchsorted(np.unique(np.quantile(numbers, np.arange(0.1, 1.0, 0.1))), numbers).astype(str)


def by_group(groups: Array | None, share: float, generator: np.random.Generator, column: str) -> Array:
    """Whole groups, at random, until the test has its share of the rows; at least one group stays for training."""
    names, index, counts = np.unique(np.asarray(groups).astype(str), return_inverse=True, return_counts=True)
    if len(names) < 2:
        raise problem("MLS0644", f"the group split needs at least two groups, and `{column}` has {len(names)}", help="use another strategy")
    order = generator.permutation(len(names))
    taken = np.concatenate([[0], np.cumsum(counts[order])])
    wanted = min(max(1, int(np.argmin(np.abs(taken - share * len(index))))), len(names) - 1)
    return np.isin(index, order[:wanted])


def listed_groups(groups: Array | None, wanted: Sequence[str], column: str) -> Array:
    """All rows of the groups that are named. Raises MLS0644 for one that no row is of: the test would be smaller than was said."""
    words = np.asarray(groups).astype(str)
    known = np.unique(words).tolist()
    lacking = [name for name in wanted if name not in set(known)]
    if lacking:
        message = f"`testGroups` names `{lacking[0]}`, and no row has that in column `{column}`"
        raise problem("MLS0644", message, help=did_you_mean(lacking[0], known))
    return np.isin(words, list(wanted))


def predefined(sides: Array | None, column: str) -> Sides:
    """The column says `train` or `test` for every row."""
    words = np.char.lower(np.char.strip(np.asarray(sides).astype(str)))
    others = sorted(set(np.unique(words)) - {"train", "test"})
    if others:
        shown = ", ".join(f"`{w}`" for w in others[:3])
        message = f"column `{column}` says {shown} in {int(np.isin(words, others).sum())} rows, and not `train` or `test`"
        raise problem("MLS0644", message, help="`replace` the words in a `clean` step of the source, or leave such rows out with `where`")
    return words == "train", words == "test"
