"""Weighted sums of one metric of several models on the same rows, with intervals that know of the pairing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.estimate import LEAST_DIFFERING, Estimate, Resampling
from mlspec.metrics.intervals import NAN, NO_ERROR, asked_of, holding, influence_of
from mlspec.metrics.studentised import spreads
from mlspec.metrics.units import effective_units, units
from mlspec.metrics.weighted import statistic

Weights = Mapping[str, float]
"""{name of a model: what its metric is multiplied by}; it counts with 0 where it is not named."""


def contrasts(
    metric: str, actual: Array, answers: Mapping[str, Answers], asked: Mapping[str, Weights], how: Resampling, *, of_errors: bool = True
) -> dict[str, Estimate]:
    """Return sum(weight x metric) for each of `asked`, with its interval by the studentised bootstrap of its linear part.

    A row's influence on a sum is the sum of its influences, as `paired_difference` has it for two. `of_errors`: whether the metric is one
    of errors, which need fewer rows that differ.
    """
    rows = len(actual)
    if not rows:
        return {name: Estimate(NAN, NAN, NAN, 0, 0.0) for name in asked}
    made = {name: statistic(metric, actual, found) for name, found in answers.items()}
    values = {name: float(evaluate(np.ones((1, rows)))[0]) for name, evaluate in made.items()}
    changes = {name: influence_of(evaluate, rows) for name, evaluate in made.items()}
    size = max((abs(v) for v in values.values() if np.isfinite(v)), default=0.0)
    return {name: _one(weights, values, changes, size, how, of_errors=of_errors) for name, weights in asked.items()}


def _one(
    weights: Weights, values: Mapping[str, float], changes: Mapping[str, Array], size: float, how: Resampling, *, of_errors: bool
) -> Estimate:
    value = float(sum(weight * values[name] for name, weight in weights.items()))
    change = np.sum([weight * changes[name] for name, weight in weights.items()], axis=0)
    rows = len(change)
    codes = units(rows, how, change)
    plain = Estimate(value, NAN, NAN, rows, effective_units(codes, np.ones(rows), how.block), how.drawn(int(codes.max()) + 1, rows))
    if plain.rows_needed or not np.isfinite(value):
        return plain
    spread = spreads({"": change}, codes, how.resamples, how.seed, how.confidence)[""]
    if spread.error <= NO_ERROR * size:
        return holding(plain, value, value)
    sure = replace(plain, even=spread.even, asked=asked_of(plain) if of_errors else LEAST_DIFFERING)
    return holding(sure, value - spread.high * spread.error, value - spread.low * spread.error).if_sound()


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
