"""Intervals of metrics, in slices of the rows too: the one home of what gates and evaluations show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.calibration import calibration
from mlspec.metrics.catalog import AGREEMENTS, EXTREME, TAILED
from mlspec.metrics.clusters import SPACE_METRICS, codes_of, sampled
from mlspec.metrics.estimate import DRAWN_WHOLE, LEAST_EVEN, LEAST_EVEN_UNITS, Estimate, Resampling
from mlspec.metrics.labels import are_sets, in_order, indicators, labels_of, row_weights
from mlspec.metrics.own import Own, own_of, units_of
from mlspec.metrics.proportions import OF_ROWS, SHARES, UNBOUNDED, WHOLE, all_right, few_wrong, of_units, trials
from mlspec.metrics.quantiles import of_median
from mlspec.metrics.queries import QUERY_METRICS, query_weights
from mlspec.metrics.scales import ends
from mlspec.metrics.slices import subset
from mlspec.metrics.studentised import Spread, even_units, heavy, spreads
from mlspec.metrics.units import effective_units
from mlspec.metrics.weighted import Statistic, statistic

NAN = float("nan")
OF_CLASSES = (*WHOLE, *UNBOUNDED)
LEAST_OF_CLASS = 5
"""Rows (or groups, blocks) of its rarest class that a metric made of all classes needs."""
NO_ERROR = 1e-9
"""Of the value: a smaller standard error is that of rounding, where all rows err the same."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A metric on some of the rows. `index`: where they stand among all; `influence`: (all rows,), 0 elsewhere; `is_known`: of each."""

    index: Array
    actual: Array
    answers: Answers
    evaluate: Statistic
    influence: Array
    is_known: bool = True


def interval(metric: str, actual: Array, answers: Answers, how: Resampling) -> Estimate:
    """Return the metric with its interval."""
    return intervals(metric, actual, answers, {"": np.ones(len(actual), dtype=bool)}, how)[""]


def intervals(metric: str, actual: Array, answers: Answers, parts: Mapping[str, Array], how: Resampling) -> dict[str, Estimate]:
    """Return the metric in each part of the rows (a boolean array each), with its interval.

    Units are those of all rows, and a part takes what falls into them: so blocks keep their meaning in time within a part.
    """
    truth = np.asarray(actual)
    made = {name: _part(metric, truth, answers, np.asarray(rows)) for name, rows in parts.items() if np.any(rows)}
    series = _in_time(metric, truth, answers) if how.ordered and len(truth) else ()
    codes, kind = units_of(metric, answers, how, *series) if len(truth) else (np.zeros(0, dtype=np.int64), "")
    drawn = {name: part.influence for name, part in made.items() if _is_drawn(metric)}
    found = spreads(drawn, codes, how.resamples, how.seed, how.confidence)
    return {
        name: _estimate(metric, made[name], found.get(name), codes, how, kind) if name in made else Estimate(NAN, NAN, NAN, 0, 0.0)
        for name in parts
    }


def _in_time(metric: str, truth: Array, answers: Answers) -> list[Array]:
    """What tells how long errors stay alike: the influence, and the errors themselves where that mixes them with other things, or hides it:
    squares of errors stay alike half as long, and few rows don't show it.
    """
    series = [influence_of(statistic(metric, truth, answers), len(truth))]
    if metric in ("mse", "rmse", "r2", "explained_variance", "medae"):
        series.append(np.asarray(answers.predicted, dtype=np.float64) - np.asarray(truth, dtype=np.float64))
    return series


def _is_drawn(metric: str) -> bool:
    return metric not in (*SHARES, *EXTREME, "medae", "ece")


def _part(metric: str, truth: Array, answers: Answers, rows: Array) -> _Part:
    index = np.flatnonzero(rows)
    own = answers if len(index) == len(truth) else subset(answers, rows)
    evaluate = statistic(metric, truth[index], own)
    influence = np.zeros(len(truth))
    influence[index] = influence_of(evaluate, len(index))
    return _Part(index, truth[index], own, evaluate, influence, is_known=getattr(evaluate, "is_known", True))


def influence_of(evaluate: Any, rows: int) -> Array:
    """Of each row; 0 for a metric that knows none, or where it is not defined."""
    found: Array = (
        np.nan_to_num(evaluate.influence(), nan=0.0, posinf=0.0, neginf=0.0) if hasattr(evaluate, "influence") else np.zeros(rows)
    )
    return found


def _estimate(metric: str, part: _Part, spread: Spread | None, codes: Array, how: Resampling, kind: str) -> Estimate:
    inside = np.zeros(len(codes), dtype=bool)
    inside[part.index] = True
    rows = len(part.index)
    value = float(part.evaluate(np.ones((1, rows)))[0])
    plain = Estimate(value, NAN, NAN, rows, effective_units(codes, inside, how.block), kind)
    if metric == "silhouette" and rows > len(sampled(rows)):
        plain = replace(
            plain, note=f"measured on {len(sampled(rows)):,} of the rows, which the seed draws: distances grow with the square of rows"
        )
    if metric in EXTREME or plain.rows_needed or not np.isfinite(value):
        return replace(plain, note=_largest(rows)) if metric in EXTREME else plain
    own = codes if rows == len(codes) else np.unique(codes[part.index], return_inverse=True)[1].reshape(-1)
    if metric in SHARES:
        pair = trials(metric, part.actual, part.answers)
        assert pair is not None  # noqa: S101 - the metric is a share
        low, high, _ = of_units(*pair, metric, own, how.confidence)
        return holding(plain, low, high)
    if metric == "medae":
        return holding(plain, *of_median(part.evaluate, own, how.confidence))
    if metric == "ece":
        return holding(plain, *calibration(part.actual, part.answers, own, value, how.confidence))
    if spread is None:
        return plain
    mine = own_of(metric, part.answers)
    return _studentised(metric, plain, part, spread, codes, how) if mine is None else _of_own(mine, plain, part, spread, codes, how)


def _of_own(own: Own, plain: Estimate, part: _Part, spread: Spread, codes: Array, how: Resampling) -> Estimate:
    """Of a metric of the user's: what it can be is known where `range` says so, and else by these rows alone."""
    if not part.is_known:
        return replace(plain, note=f"no interval: {own.info.name} is not defined without some of the rows")
    plain = replace(plain, even=spread.even, asked=asked_of(plain), tail=spread.tail and own.limits is None)
    if own.is_mean and own.limits and (plain.even < plain.asked or plain.value in own.limits):
        low, high = own.limits
        share = (plain.value - low) / (high - low)
        found = few_wrong(share, effective_units(codes[part.index], np.ones(plain.rows)), how.confidence)
        return holding(replace(plain, even=math.inf), *(low + end * (high - low) for end in found))
    if spread.error <= NO_ERROR * abs(plain.value):
        return replace(plain, note=_SAME)
    least, most = own.limits or (-math.inf, math.inf)
    found = ends(own.info.name, plain.value, spread.error, spread.low, spread.high)
    return holding(plain, *(min(max(end, least), most) for end in found)).if_sound()


_SAME = "no interval: it is the same on all rows, so these do not tell what others would be; `range`, where there is one, does"
"""Of a loss that is rare: 200 rows without one do not prove that there is none."""


_AGREE = "no interval: all of these rows agree, so they do not tell how many others would not"


def _studentised(metric: str, plain: Estimate, part: _Part, spread: Spread, codes: Array, how: Resampling) -> Estimate:
    """All right, or the same on all rows, is no spread: then the smallest class bounds what is made of shares."""
    even, tail = _soundness(metric, part, spread, codes)
    plain = replace(plain, even=even, asked=asked_of(plain), tail=tail)
    if metric in OF_ROWS and (even < plain.asked or plain.value in (0.0, 1.0)):
        return holding(replace(plain, even=math.inf), *few_wrong(plain.value, _rows_worth(metric, part, codes), how.confidence))
    if metric in OF_CLASSES and (_smallest_class(part, codes) < LEAST_OF_CLASS or (plain.value == 1.0 and metric in UNBOUNDED)):
        return plain
    if plain.value == 1.0 and metric in WHOLE:
        return holding(plain, all_right(_smallest_class(part, codes), how.confidence), 1.0)
    imagined = part.evaluate.imagined() if hasattr(part.evaluate, "imagined") else np.zeros(0)
    error = float(np.sqrt(spread.error**2 + (imagined**2).sum()))
    if metric in WHOLE and even < plain.asked:
        return holding(replace(plain, even=math.inf), *few_wrong(plain.value, _trials(metric, part, codes), how.confidence))
    if error <= NO_ERROR * abs(plain.value):
        return holding(plain, plain.value, plain.value) if metric not in AGREEMENTS else replace(plain, note=_AGREE)
    low, high = ends(metric, plain.value, error, spread.low, spread.high)
    return holding(plain, low, high).if_sound()


def _soundness(metric: str, part: _Part, spread: Spread, codes: Array) -> tuple[float, bool]:
    """How many units the interval rests on, and whether the largest errors are too large to tell; r2 stands on squares of errors, too."""
    if metric in OF_CLASSES:
        few = _smallest_class(part, codes)
        return min(spread.even, few) if few < LEAST_OF_CLASS else spread.even, False
    if metric in SPACE_METRICS:
        few = _smallest_cluster(part, codes) / (2 if metric == "davies_bouldin" else 1)
        return min(spread.even, few), spread.tail and metric in TAILED
    if metric not in TAILED:
        return spread.even, False
    if metric not in ("r2", "explained_variance"):
        return spread.even, spread.tail
    squares = (np.asarray(part.answers.predicted, dtype=np.float64) - np.asarray(part.actual, dtype=np.float64)) ** 2
    sums = np.bincount(codes[part.index], weights=squares - squares.mean())
    return min(spread.even, even_units(sums)), spread.tail or heavy(sums)


def asked_of(found: Estimate) -> float:
    """How many units an interval must rest on."""
    return LEAST_EVEN_UNITS if found.drawn in DRAWN_WHOLE else LEAST_EVEN


def _smallest_class(part: _Part, codes: Array) -> float:
    """In how many units the rarest class stands, of those that the model knows and those of the truth."""
    if are_sets(part.actual):
        return _rarest(part.actual, codes[part.index], in_order((*(part.answers.classes or ()), *labels_of(part.actual))))
    held: dict[str, list[Array]] = {str(c): [] for c in part.answers.classes or ()}
    for label in set(part.actual.tolist()):
        held.setdefault(str(label), []).append(codes[part.index[part.actual == label]])
    return float(min(len(np.unique(np.concatenate(own))) if own else 0 for own in held.values()))


def _smallest_cluster(part: _Part, codes: Array) -> float:
    """In how many units the smallest cluster stands that has any row: a centre, or a neighbourhood, of a few rows is hardly known."""
    names, own = codes_of(part.answers.predicted)[0], codes[part.index]
    return float(min((len(np.unique(own[names == name])) for name in np.unique(names)), default=0))


def _rarest(sets: Array, codes: Array, labels: Sequence[Any]) -> float:
    """In how many units the label stands that stands in the fewest."""
    held = indicators(sets, labels) > 0
    return float(min((len(np.unique(codes[held[:, i]])) for i in range(len(labels))), default=0))


def _rows_worth(metric: str, part: _Part, codes: Array) -> float:
    """How many units of equal weight a metric of OF_ROWS is a mean over."""
    own = query_weights(metric, part.actual, part.answers.predicted) if metric in QUERY_METRICS else None
    held = np.bincount(codes[part.index], weights=row_weights(metric, part.actual, part.answers) if own is None else own)
    return float(held.sum() ** 2 / (held**2).sum()) if held.any() else 0.0


def _trials(metric: str, part: _Part, codes: Array) -> float:
    """Of the rarest class; what is made of precisions has as many as a class was predicted, too."""
    few = _smallest_class(part, codes)
    if metric not in ("precision_macro", "f1_macro", "f1_weighted"):
        return few
    own = codes[part.index]
    if are_sets(part.answers.predicted):
        return min(few, _rarest(part.answers.predicted, own, labels_of(part.answers.predicted)))
    text = np.array([str(v) for v in part.answers.predicted], dtype=object)
    return float(min(few, *(len(np.unique(own[text == name])) for name in set(text))))


def holding(found: Estimate, low: float, high: float) -> Estimate:
    """An interval never excludes its own value, be it by a rounding error."""
    return replace(found, low=min(low, found.value), high=max(high, found.value)) if np.isfinite(low + high) else found.without_interval()


def _largest(rows: int) -> str:
    return f"no interval: it is the largest of these {rows:,} rows, and up to {min(1.0, 3 / max(rows, 1)):.2g} of later rows may exceed it"
