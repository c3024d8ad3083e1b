"""Percentile intervals of metrics, in slices of the rows too, and of paired differences."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.bootstrap import effective_blocks, weights
from mlspec.metrics.estimate import Estimate, Resampling
from mlspec.metrics.proportions import SHARES, UNBOUNDED, WHOLE, all_right, exact, trials
from mlspec.metrics.slices import subset
from mlspec.metrics.weighted import Statistic, statistic

NAN = float("nan")


def interval(metric: str, actual: Array, answers: Answers, how: Resampling) -> Estimate:
    """Return the metric with its percentile interval (Efron & Tibshirani 1993, chapter 13)."""
    return intervals(metric, actual, answers, {"": np.ones(len(actual), dtype=bool)}, how)[""]


def intervals(metric: str, actual: Array, answers: Answers, parts: Mapping[str, Array], how: Resampling) -> dict[str, Estimate]:
    """Return the metric in each part of the rows (a boolean array each), with its interval.

    Resamples are drawn from all rows, and a part takes what falls into it: so blocks keep their meaning in time within a part.
    """
    truth = np.asarray(actual)
    own = {name: (np.flatnonzero(rows), subset(answers, np.asarray(rows))) for name, rows in parts.items()}
    made = {name: (index, statistic(metric, truth[index], part)) for name, (index, part) in own.items() if len(index)}
    drawn: dict[str, list[Array]] = {name: [] for name in made}
    for w in weights(len(truth), how.resamples, how.block, how.seed) if made else ():
        for name, (index, evaluate) in made.items():
            drawn[name].append(where_drawn(evaluate, w if len(index) == len(truth) else w[:, index]))
    found = {}
    for name, rows in parts.items():
        if name not in made:
            found[name] = Estimate(NAN, NAN, NAN, 0, 0.0)
            continue
        index, evaluate = made[name]
        plain = _estimate(evaluate, np.concatenate(drawn[name]), len(index), effective_blocks(rows, how.block), how)
        found[name] = _not_too_sure(plain, metric, truth[index], own[name][1], np.concatenate(drawn[name]), how.confidence)
    return found


def where_drawn(evaluate: Statistic, w: Array) -> Array:
    """Evaluate a statistic on resamples; NaN for those that hold none of the rows."""
    return np.where(w.sum(axis=1) > 0, evaluate(w), np.nan)


def _not_too_sure(found: Estimate, metric: str, actual: Array, answers: Answers, drawn: Array, confidence: float) -> Estimate:
    """Widen an interval to what the rows can prove: for shares to the exact one, for others when every resample agrees on 1."""
    agree = bool((drawn == found.value).all())
    if found.rows_needed or not np.isfinite(found.value):
        return found
    low, high = found.low, found.high
    if metric in SHARES:
        least, most = share_bounds(metric, actual, answers, found.blocks / found.rows if agree else 1.0, confidence)
        low, high = min(low, least), max(high, most)
    elif agree and found.value == 1.0 and metric in WHOLE:
        low = all_right(actual, confidence)
    elif agree and found.value == 1.0 and metric in UNBOUNDED:
        low = high = NAN
    return Estimate(found.value, low, high, found.rows, found.blocks)


def share_bounds(metric: str, actual: Array, answers: Answers, weight: float, confidence: float) -> tuple[float, float]:
    """Return the exact bounds of a metric in SHARES. `weight`: independent trials a row (1, or the blocks a row)."""
    pair = trials(metric, actual, answers)
    assert pair is not None  # noqa: S101 - the caller asked
    return exact(metric, weight * float(pair[0].sum()), weight * float(pair[1].sum()), confidence)


def paired_difference(metric: str, actual: Array, one: Answers, other: Answers, how: Resampling) -> Estimate:
    """Return metric(one) - metric(other) on the same rows, each resample drawn once for both."""
    if not len(actual):
        return Estimate(NAN, NAN, NAN, 0, 0.0)
    first, second = statistic(metric, actual, one), statistic(metric, actual, other)
    return estimate(lambda w: first(w) - second(w), len(actual), how)


def estimate(evaluate: Statistic, rows: int, how: Resampling) -> Estimate:
    """Return a statistic on all rows with its interval over the resamples."""
    drawn = np.concatenate([evaluate(w) for w in weights(rows, how.resamples, how.block, how.seed)])
    return _estimate(evaluate, drawn, rows, effective_blocks(np.ones(rows), how.block), how)


def _estimate(evaluate: Statistic, drawn: Array, rows: int, blocks: float, how: Resampling) -> Estimate:
    """Without enough rows or blocks there is a value and no interval."""
    found = Estimate(float(evaluate(np.ones((1, rows)))[0]), *bounds(drawn, how.confidence), rows, blocks)
    return Estimate(found.value, NAN, NAN, rows, blocks) if found.rows_needed else found


def bounds(drawn: Array, confidence: float) -> tuple[float, float]:
    """Return the percentiles that leave (1 - confidence) / 2 on each side; NaN when over half of the draws are not defined."""
    known = drawn[np.isfinite(drawn)]
    if 2 * len(known) <= len(drawn):
        return NAN, NAN
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)
