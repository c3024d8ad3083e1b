"""Weighted sums of one metric of several models on the same rows, with intervals that know of the pairing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.estimate import LEAST_DIFFERING, Estimate, Resampling
from mlspec.metrics.intervals import NAN, NO_ERROR, asked_of, holding, influence_of, interval
from mlspec.metrics.own import info_of, own_of, units_of
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.studentised import spreads
from mlspec.metrics.units import effective_units
from mlspec.metrics.weighted import statistic

Weights = Mapping[str, float]
"""{name of a model: what its metric is multiplied by}; it counts with 0 where it is not named."""


def contrasts(
    metric: str, actual: Array, answers: Mapping[str, Answers], asked: Mapping[str, Weights], how: Resampling
) -> dict[str, Estimate]:
    """Return sum(weight x metric) for each of `asked`, with its interval.

    Of one model, and of the difference of two, it is what gates judge by. Of more it is the studentised bootstrap of the linear part: a
    row's influence on a sum is the sum of its influences.
    """
    models = {name: _model(metric, actual, found) for name, found in answers.items()} if len(actual) else {}
    return {name: _one(metric, actual, answers, models, _counting(weights), how) for name, weights in asked.items()}


@dataclass(frozen=True, slots=True)
class _Model:
    value: float
    influence: Array


def _model(metric: str, actual: Array, answers: Answers) -> _Model:
    evaluate, rows = statistic(metric, actual, answers), len(actual)
    return _Model(float(evaluate(np.ones((1, rows)))[0]), influence_of(evaluate, rows))


def _counting(weights: Weights) -> list[tuple[float, str]]:
    return sorted(((weight, name) for name, weight in weights.items() if weight), reverse=True)


def _one(
    metric: str,
    actual: Array,
    answers: Mapping[str, Answers],
    models: Mapping[str, _Model],
    terms: list[tuple[float, str]],
    how: Resampling,
) -> Estimate:
    if not len(actual):
        return Estimate(NAN, NAN, NAN, 0, 0.0)
    if [weight for weight, _ in terms] == [1.0]:
        return interval(metric, actual, answers[terms[0][1]], how)
    if [weight for weight, _ in terms] == [1.0, -1.0]:
        return paired_difference(metric, actual, answers[terms[0][1]], answers[terms[1][1]], how)
    return _sum(metric, next(iter(answers.values())), [(weight, models[name]) for weight, name in terms], how)


def _sum(metric: str, one: Answers, terms: list[tuple[float, _Model]], how: Resampling) -> Estimate:
    """`one`: any of the models' answers, which tell what is drawn as a whole."""
    rows = len(one.predicted)
    value = float(sum(weight * model.value for weight, model in terms))
    change = np.sum([np.zeros(rows), *(weight * model.influence for weight, model in terms)], axis=0)
    codes, kind = units_of(metric, one, how, change)
    plain = Estimate(value, NAN, NAN, rows, effective_units(codes, np.ones(rows), how.block), kind)
    if plain.rows_needed or not np.isfinite(value):
        return plain
    size = max((abs(model.value) for _, model in terms), default=0.0)
    spread = spreads({"": change}, codes, how.resamples, how.seed, how.confidence)[""]
    if spread.error <= NO_ERROR * size:
        return holding(plain, value, value) if abs(value) <= NO_ERROR * size else replace(plain, note=_UNKNOWN)
    own = own_of(metric, one)
    of_errors = info_of(metric, one).is_of_errors if own is None else own.is_of_errors
    sure = replace(plain, even=spread.even, asked=asked_of(plain) if of_errors else LEAST_DIFFERING)
    return holding(sure, value - spread.high * spread.error, value - spread.low * spread.error).if_sound()


_UNKNOWN = "no interval: the metric is that of few rows, or the same on all, so these do not tell what others would be"


def unpaired(one: Estimate, other: Estimate) -> Estimate:
    """Return one - other of two sets of rows that were drawn apart, by the ends of their own intervals (MOVER: Zou & Donner 2008).

    Where rows stand in both sets it is wider than need be.
    """
    value, plain = one.value - other.value, replace(one, rows=min(one.rows, other.rows), blocks=min(one.blocks, other.blocks))
    below = np.hypot(one.value - one.low, other.high - other.value)
    above = np.hypot(one.high - one.value, other.value - other.low)
    return holding(replace(plain, value=value), value - float(below), value + float(above))


def shares(factors: Sequence[str]) -> dict[str, dict[frozenset[str], float]]:
    """Return {factor: {combination: weight}}: what each factor's going from then to now adds, on average over all orders in which the
    factors can go one after the other (Shapley 1953; Owen 2014). The shares add up to the whole change.
    """
    count, found = len(factors), {}
    for factor in factors:
        others = [f for f in factors if f != factor]
        weights: dict[frozenset[str], float] = {}
        for size in range(count):
            weight = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
            for chosen in combinations(others, size):
                weights[frozenset({*chosen, factor})] = weight
                weights[frozenset(chosen)] = -weight
        found[factor] = weights
    return found
