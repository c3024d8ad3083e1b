"""Metrics of the user's own, as functions of row weights like any other.

What a function gave for a model's answers is carried by them (`Answers.own`), so that no user code runs where rows are drawn. A function
that gives a number a row is a mean; one that gives two a row is the sum of the first over that of the second; both have an influence of
each row, and with it all that built-in metrics have. One that gives a single number is known by what it gives without each of some parts
of the rows: the delete-a-group jackknife (Shao & Wu 1989), which costs a call a part in place of one a resample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.catalog import METRICS, MetricInfo
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.sums import OfSums, defined_ratio
from mlspec.metrics.units import units

FEW_VALUES = 12
"""So many different numbers a row at most, and it is taken for one of classes: of right and wrong, where few rows tell two models apart."""
PARTS, RUNS = 50, 25
"""Parts of the rows that are left out in turn: drawn at random, or runs in order of time, which must be longer than errors stay alike."""

Range = tuple[float, float]
Ask = Callable[[Array], Array]
"""Positions of rows (m,) -> the value of the function on them, then without each part that stands among them: (1 + parts,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """A metric of the user's for n rows of answers. `columns`: (n, 1) or (n, 2) where it is made of rows.

    Else `ask` gives it for some of the rows, which stand at `index` (n,) among those that were answered, in the parts `codes` (n,).
    `limits`: what a row's number, or else the value, lies within.
    """

    info: MetricInfo
    index: Array
    columns: Array | None = None
    codes: Array | None = None
    ask: Ask | None = None
    limits: Range | None = None

    def of(self, rows: Array) -> Own:
        """The same for some of the rows: a boolean array, or positions."""
        columns, codes = (None if one is None else one[rows] for one in (self.columns, self.codes))
        return replace(self, index=self.index[rows], columns=columns, codes=codes)

    @property
    def is_mean(self) -> bool:
        """Whether it is the mean of a number a row."""
        return self.columns is not None and self.columns.shape[1] == 1

    @property
    def is_of_errors(self) -> bool:
        """Whether it differs on most rows, as sizes of errors do."""
        return self.columns is None or len(np.unique(self.columns)) > FEW_VALUES

    def statistic(self) -> OfSums | OfParts:
        """It as a function of weights."""
        if self.columns is None:
            assert self.ask is not None  # noqa: S101 - it has one or the other
            assert self.codes is not None  # noqa: S101
            return OfParts(self.ask(self.index), self.codes)
        if self.is_mean:
            return OfSums([self.columns[:, 0]], lambda rows, total: defined_ratio(total, rows))
        return OfSums([self.columns[:, 0], self.columns[:, 1]], lambda _, top, bottom: defined_ratio(top, bottom))


class OfParts:
    """A value that is known on all rows and without each part of them: its linear part as a function of weights.

    `found`: (1 + parts,), in the order of the parts' numbers; `codes`: (n,) each row's part.
    """

    def __init__(self, found: Array, codes: Array) -> None:
        _, place, sizes = np.unique(codes, return_inverse=True, return_counts=True)
        self._value = float(found[0])
        left = 1 - sizes / len(codes)
        change = (self._value - found[1:]) * left / sizes
        known: Array = change[place.reshape(-1)]
        self.is_known = bool(np.isfinite(found).all())
        self._influence = known - known.mean() if self.is_known else np.full(len(codes), np.nan)

    def __call__(self, weights: Array) -> Array:
        ones = bool((weights == 1).all())
        found: Array = np.full(len(weights), self._value) if ones else self._value + weights @ self._influence
        return found

    def influence(self) -> Array:
        """Of a part, shared evenly among its rows, (n,); NaN where the value is not defined without one of them."""
        return self._influence


def own_of(metric: str, answers: Answers) -> Own | None:
    """What answers carry of a metric of the user's; None for a built-in one."""
    found: Mapping[str, Own] = getattr(answers, "own", {})
    return found.get(metric)


def carried(answers: Answers, rows: Array) -> dict[str, Own]:
    """What they carry for some of their rows."""
    return {name: one.of(rows) for name, one in getattr(answers, "own", {}).items()}


def info_of(metric: str, answers: Answers) -> MetricInfo:
    """What is known of a metric, built in or not. Raises KeyError for one that the answers do not carry."""
    own = own_of(metric, answers)
    return METRICS[metric] if own is None else own.info


def measurable(names: Iterable[str], *answers: Answers) -> list[str]:
    """Those of the metrics that can be measured of all of the answers."""
    return [name for name in names if all(_fits(name, one) for one in answers)]


def _fits(name: str, answers: Answers) -> bool:
    return own_of(name, answers) is not None or (name in METRICS and METRICS[name].fits(answers))


def units_of(metric: str, answers: Answers, how: Resampling, *series: Array) -> tuple[Array, str]:
    """The unit of each row (n,), and what is drawn as a whole, a key of UNITS: of a value that is known by parts, those parts."""
    rows, own = len(answers.predicted), own_of(metric, answers)
    if own is None or own.codes is None:
        codes = units(rows, how, *series)
        return codes, how.drawn(int(codes.max()) + 1, rows)
    codes = np.unique(own.codes, return_inverse=True)[1].reshape(-1)
    return codes, how.drawn(0, rows) if in_runs(how) else "part"


def in_runs(how: Resampling) -> bool:
    """Whether rows that stand together are left out together."""
    return how.groups is not None or how.ordered or how.by_time or bool(how.block)


def parts_of(rows: int, how: Resampling) -> Array:
    """In which part each row is left out, (n,): whole groups, runs in order of time, or rows by the seed."""
    if how.groups is not None:
        groups = np.unique(how.groups, return_inverse=True)[1].reshape(-1)
        count = int(groups.max(initial=-1)) + 1
        order = np.random.default_rng(how.seed).permutation(count)
        found: Array = (order % min(PARTS, max(1, count)))[groups]
        return found
    if in_runs(how):
        runs = max(1, min(RUNS, rows // max(1, how.block or 1)))
        return np.arange(rows) * runs // max(1, rows)
    return np.random.default_rng(how.seed).permutation(rows) % PARTS


def info_from(name: str, section: Mapping[str, Any]) -> MetricInfo:
    """Of the section of a metric of the user's: `greater`."""
    return MetricInfo(name, (), greater=bool(section["greater"]))


def limits_from(section: Mapping[str, Any]) -> Range | None:
    """Of the section of a metric of the user's: `range`."""
    return (float(section["range"][0]), float(section["range"][1])) if section.get("range") else None


def own_from(name: str, section: Mapping[str, Any], found: Array, codes: Array, again: Ask) -> Own:
    """What answers carry of a metric that gave `found`: (n, 1) or (n, 2) of rows, else (1 + parts,). `again`: see `Ask`."""
    info, limits, index = info_from(name, section), limits_from(section), np.arange(len(codes))
    if found.ndim == 2:
        return Own(info, index, columns=found, limits=limits)
    kept = {index.tobytes(): found}

    def ask(rows: Array) -> Array:
        key = rows.tobytes()
        if key not in kept:
            kept[key] = again(rows)
        return kept[key]

    return Own(info, index, codes=codes, ask=ask, limits=limits)
