"""Folds of training rows, cut as the model's own split cuts test rows: by time, by group, by class, or at random.

Where time orders the rows, each fold learns from what came before it, and `gap` seconds before it nothing is learned (as of Bergmeir and
Benitez 2012, on cross-validation of time series); all rows of an instant stand in one fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]
Fold = tuple[Array, Array]
"""Positions of the rows to learn from, and of those to judge on."""


@dataclass(frozen=True, slots=True)
class Rows:
    """n training rows, as far as folds go by them. `times`: int64 microseconds; `groups`: codes; `classes`: labels, None for numbers."""

    count: int
    times: Array | None = None
    groups: Array | None = None
    classes: Array | None = None
    gap: float = 0.0

    def of(self, index: Array) -> Rows:
        """The same of some of the rows."""
        times, groups, classes = (None if part is None else part[index] for part in (self.times, self.groups, self.classes))
        return Rows(len(index), times, groups, classes, self.gap)


def rows_of(section: Mapping[str, Any], rows: pd.DataFrame, how: Mapping[str, Any], target: Array) -> Rows:
    """What folds go by. `section`: of `train`; `how`: `strategy`, `group` and `gap` of the split; `target`: as estimators take it."""
    strategy, classes = how["strategy"], target if TASKS[section["task"]].is_label else None
    if strategy == "time":
        times = rows[section["timeColumn"]].to_numpy().astype("datetime64[us]").astype(np.int64)
        return Rows(len(rows), times=times, classes=classes, gap=float(how.get("gap", 0.0)))
    groups = rows.groupby(how["group"], sort=False, dropna=False).ngroup().to_numpy() if strategy == "group" else None
    return Rows(len(rows), groups=groups, classes=classes)


def holdout(rows: Rows, share: float, seed: int) -> Fold:
    """A share of the rows set aside as a split sets its test aside: the newest, whole groups, or some of each class.

    Raises MLS0643, MLS0644, MLS0658.
    """
    from mlspec.runtime.split.rows import Rows as SplitRows
    from mlspec.runtime.split.strategies import choose

    strategy = "time" if rows.times is not None else "group" if rows.groups is not None else "stratified"
    given = SplitRows(np.arange(rows.count), np.asarray(rows.classes), rows.times, rows.groups)
    how = {"strategy": strategy, "test": share, "seed": seed, "gap": rows.gap, "group": "the split's", "task": "multiclass"}
    learn, rest = (np.flatnonzero(side) for side in choose(given, how))
    if len(learn) < 2 or not len(rest):
        message = f"{share:.3g} of {rows.count} training rows set aside leave {len(learn)} to learn from and {len(rest)} to answer"
        raise problem("MLS0658", message, help="take another share for `validation`, a smaller `split.gap`, or `folds`")
    return learn, rest


def folds_of(rows: Rows, count: int, seed: int, repeats: int = 1, *, fresh: bool = False) -> list[Fold]:
    """`count` folds, `repeats` times, by `seed`. `fresh`: other folds than those of the same seed. Raises MLS0658."""
    if rows.times is not None:
        return _expanding(rows, count, shift=fresh)
    seeds = [seed + 1_000_003 * (repeat + (repeats if fresh else 0)) for repeat in range(repeats)]
    return [fold for one in seeds for fold in _shuffled(rows, count, one % 2**32)]


def _shuffled(rows: Rows, count: int, seed: int) -> list[Fold]:
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

    nothing = np.zeros(rows.count)
    if rows.groups is not None:
        _need(count, len(np.unique(rows.groups)), "groups of the training rows")
        return list(GroupKFold(count, shuffle=True, random_state=seed).split(nothing, groups=rows.groups))
    if rows.classes is not None:
        names, codes = np.unique(rows.classes.astype(str), return_inverse=True)
        sizes = np.bincount(codes)
        _need(count, int(sizes.min()), f"training rows of class {names[int(sizes.argmin())]}")
        return list(StratifiedKFold(count, shuffle=True, random_state=seed).split(nothing, codes))
    _need(count, rows.count, "training rows")
    return list(KFold(count, shuffle=True, random_state=seed).split(nothing))


def _need(folds: int, there: int, what: str) -> None:
    if there < folds:
        help_text = f"ask for at most {there} folds" if there > 1 else "get more of them, or leave them out with `where`"
        raise problem("MLS0658", f"{folds} folds need {folds} {what}, and there are {there}", help=help_text)


def _expanding(rows: Rows, count: int, *, shift: bool) -> list[Fold]:
    """The rows in `count` + 1 blocks of about the same size; each but the first is judged by what was learned before it.

    `shift`: blocks that begin half a block earlier, so that others are judged on.
    """
    times = np.asarray(rows.times)
    ordered = np.sort(times, kind="stable")
    ends = [(block - (0.5 if shift else 0.0)) / (count + 1) for block in range(1, count + 2)]
    starts = [ordered[min(rows.count - 1, round(rows.count * end))] for end in ends]
    found = [_between(times, starts[i], starts[i + 1] if i + 1 < count or shift else None, rows.gap) for i in range(count)]
    lacking = [i for i, (train, test) in enumerate(found) if len(train) < 2 or not len(test)]
    if lacking:
        train, test = found[lacking[0]]
        message = f"fold {lacking[0] + 1} of {count} in time has {len(train)} rows to learn from, and {len(test)} to judge on"
        raise problem("MLS0658", message, help="ask for fewer `folds`, or a smaller `split.gap`")
    return found


def _between(times: Array, start: Any, end: Any, gap: float) -> Fold:
    test = (times >= start) & ((times < end) if end is not None else True)
    return np.flatnonzero(times < start - round(gap * 1e6)), np.flatnonzero(test)


def some_of(rows: Rows, train: Array, share: float, seed: int) -> Array:
    """A share of a fold's training rows: the newest where time orders them, else drawn, of each class at least one.

    A larger share holds all of a smaller one.
    """
    if share >= 1.0:
        return train
    count = max(2, round(len(train) * share))
    if rows.times is not None:
        newest = np.argsort(rows.times[train], kind="stable")[-count:]
        latest: Array = train[np.sort(newest)]
        return latest
    order = np.random.default_rng(seed).permutation(len(train))
    chosen = set(order[:count].tolist())
    if rows.classes is not None:
        labels = rows.classes[train][order].astype(str)
        chosen |= {int(order[i]) for i in np.unique(labels, return_index=True)[1]}
    found: Array = train[np.array(sorted(chosen))]
    return found


def sizes(folds: Sequence[Fold]) -> list[tuple[int, int]]:
    """Rows to learn from and rows to judge on, a fold."""
    return [(len(train), len(test)) for train, test in folds]
