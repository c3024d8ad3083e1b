"""How far one model stays behind another on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.catalog import EXTREME, TAILED
from mlspec.metrics.estimate import LEAST_DIFFERING, Estimate, Resampling
from mlspec.metrics.intervals import NAN, NO_ERROR, asked_of, holding, influence_of, interval
from mlspec.metrics.own import Own, info_of, own_of, units_of
from mlspec.metrics.proportions import exact, trials
from mlspec.metrics.studentised import Spread, spreads
from mlspec.metrics.tango import paired_shares
from mlspec.metrics.units import effective_units
from mlspec.metrics.weighted import statistic

SAME_TRIALS = ("accuracy", "subset_accuracy", "crossing", "recall", "false_positive_rate", "false_negative_rate", "selection_rate")
"""Shares whose trials are told by the truth alone, so that both models have the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What must not be above 0: sign x (ours - theirs) + share x |theirs| + points; `by_size`: of absolute values."""

    sign: float = 1.0
    share: float = 0.0
    points: float = 0.0
    by_size: bool = False


def paired_difference(metric: str, actual: Array, one: Answers, other: Answers, how: Resampling) -> Estimate:
    """Return metric(one) - metric(other) on the same rows, with its interval."""
    return shortfalls(metric, actual, one, other, [Asked()], how)[0]


def shortfalls(metric: str, actual: Array, one: Answers, other: Answers, asked: Sequence[Asked], how: Resampling) -> list[Estimate]:
    """Return how far `one` stays behind what is asked against `other`, once for each of `asked`; at most 0 is good."""
    rows = len(actual)
    if not rows:
        return [Estimate(NAN, NAN, NAN, 0, 0.0) for _ in asked]
    ours, theirs = (statistic(metric, actual, answers) for answers in (one, other))
    values = [float(f(np.ones((1, rows)))[0]) for f in (ours, theirs)]
    changes = [influence_of(f, rows) for f in (ours, theirs)]
    lacks = [_lack(ask, values, changes) for ask in asked]
    codes, kind = units_of(metric, one, how, changes[0] - changes[1])
    alike, looked_at = _alike(metric, one, other), metric in EXTREME
    found = (
        {} if looked_at or alike else spreads({str(i): c for i, (_, c) in enumerate(lacks)}, codes, how.resamples, how.seed, how.confidence)
    )
    plain = Estimate(NAN, NAN, NAN, rows, effective_units(codes, np.ones(rows), how.block), kind)
    pair = _Pair(
        actual,
        one,
        other,
        codes,
        max(map(abs, values)),
        alike,
        tuple(
            not c.any() and _is_constant(a) and v != 1.0 and not own_of(metric, a)
            for c, a, v in zip(changes, (one, other), values, strict=True)
        ),
    )
    return [
        _one(metric, replace(plain, value=value), ask, found.get(str(i)), pair, how)
        for i, (ask, (value, _)) in enumerate(zip(asked, lacks, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class _Pair:
    actual: Array
    one: Answers
    other: Answers
    codes: Array
    size: float
    """Of the values that are compared."""
    alike: bool
    still: tuple[bool, ...]
    """Whether each answers the same on all rows, so that its metric is the same on whichever: a recall of 0, an area of 0.5."""


def _lack(asked: Asked, values: list[float], changes: list[Array]) -> tuple[float, Array]:
    """The shortfall, and each row's influence on it."""
    if asked.by_size:
        changes = [np.sign(v) * c for v, c in zip(values, changes, strict=True)]
        values = [abs(v) for v in values]
    value = asked.sign * (values[0] - values[1]) + asked.share * abs(values[1]) + asked.points
    return value, asked.sign * (changes[0] - changes[1]) + asked.share * np.sign(values[1]) * changes[1]


def _one(metric: str, plain: Estimate, asked: Asked, spread: Spread | None, pair: _Pair, how: Resampling) -> Estimate:
    if plain.rows_needed or not np.isfinite(plain.value):
        return plain
    if pair.alike:
        return replace(plain, low=plain.value, high=plain.value, note="both answer alike on every row")
    return _apart(metric, plain, asked, spread, pair, how) if spread else replace(plain, note=f"no interval: {metric} is that of one row")


def _apart(metric: str, plain: Estimate, asked: Asked, spread: Spread, pair: _Pair, how: Resampling) -> Estimate:
    """Where the answers differ."""
    if metric in SAME_TRIALS and not asked.by_size and int(pair.codes.max()) + 1 == plain.rows:
        return _exactly(metric, plain, asked, pair, how.confidence)
    own = own_of(metric, pair.one)
    if spread.error <= NO_ERROR * pair.size:
        return holding(plain, plain.value, plain.value) if own is None else _no_spread(own, plain, asked, pair, how)
    of_errors = info_of(metric, pair.one).is_of_errors if own is None else own.is_of_errors
    least = asked_of(plain) if of_errors else LEAST_DIFFERING
    low, high = plain.value - spread.high * spread.error, plain.value - spread.low * spread.error
    sure = replace(plain, even=spread.even, asked=least, tail=spread.tail and _is_tailed(metric, pair.one))
    if sure.even < sure.asked and not of_errors:
        return _by_each(metric, sure, asked, pair, how)
    return holding(sure, low, high).if_sound()


def _no_spread(own: Own, plain: Estimate, asked: Asked, pair: _Pair, how: Resampling) -> Estimate:
    """Of a metric of the user's that differs on no row, or by the same on all: a loss that is rare may differ on others."""
    if own.limits and own.is_mean:
        return _by_each(own.info.name, plain, asked, pair, how)
    return replace(plain, note=f"no interval: {own.info.name} differs by the same on all rows, so these do not tell what others would say")


def _by_each(metric: str, plain: Estimate, asked: Asked, pair: _Pair, how: Resampling) -> Estimate:
    """Where too few rows differ to tell how the difference varies: both models' own intervals, added up.

    That is as if one erred high whenever the other errs low; no difference varies more. A model that answers
    the same on all rows has no width.
    """
    ours, theirs = (interval(metric, pair.actual, answers, how) for answers in (pair.one, pair.other))
    ends = [
        (found.value, found.value) if still else (found.low, found.high) for found, still in zip((ours, theirs), pair.still, strict=True)
    ]
    if not np.isfinite(ends).all():
        return plain.if_sound()
    slopes = asked.sign, asked.share * float(np.sign(theirs.value)) - asked.sign
    away = [[slope * (end - found.value) for end in two] for slope, found, two in zip(slopes, (ours, theirs), ends, strict=True)]
    least, most = sum(map(min, away)), sum(map(max, away))
    return holding(replace(plain, even=np.inf), plain.value + least, plain.value + most)


def _exactly(metric: str, plain: Estimate, asked: Asked, pair: _Pair, confidence: float) -> Estimate:
    """By the trials in which one model alone had a hit; the other's own share is told apart by its exact interval (Zou & Donner 2008)."""
    ours, theirs = (trials(metric, pair.actual, answers) for answers in (pair.one, pair.other))
    assert ours is not None  # noqa: S101 - the metric is a share
    assert theirs is not None  # noqa: S101
    count, better = float(ours[1].sum()), float(((ours[0] > 0) & (theirs[0] <= 0)).sum())
    worse, hits = float(((ours[0] <= 0) & (theirs[0] > 0)).sum()), float(theirs[0].sum())
    if not count:
        return replace(plain, note="no row there can show it")
    difference, value = (better - worse) / count, hits / count
    low, high = paired_shares(better, worse, count, confidence)
    below, above = (difference - low, high - difference) if asked.sign > 0 else (high - difference, difference - low)
    own = exact(metric, hits, count, confidence)
    down, up = (value - own[0], own[1] - value) if asked.share >= 0 else (own[1] - value, value - own[0])
    share = abs(asked.share)
    return holding(plain, plain.value - float(np.hypot(below, share * down)), plain.value + float(np.hypot(above, share * up)))


def _is_tailed(metric: str, answers: Answers) -> bool:
    own = own_of(metric, answers)
    return metric in TAILED if own is None else own.limits is None


def _alike(metric: str, one: Answers, other: Answers) -> bool:
    """Whether the models answer alike on every row, be it one that the metric does not look at."""
    if (own_of(metric, one) or info_of(metric, one).proba) and one.proba is not None and other.proba is not None:
        return _same(one.proba, other.proba)
    return _same(np.asarray(one.predicted), np.asarray(other.predicted))


def _is_constant(answers: Answers) -> bool:
    probabilities = answers.proba is None or bool((np.asarray(answers.proba) == np.asarray(answers.proba)[:1]).all())
    return probabilities and bool((np.asarray(answers.predicted) == np.asarray(answers.predicted)[:1]).all())


def _same(one: Array, other: Array) -> bool:
    return one.shape == other.shape and bool((np.asarray(one) == np.asarray(other)).all())
