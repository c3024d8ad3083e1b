"""How far annotators agree: Krippendorff's alpha, with its interval over units (the things that were annotated).

Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): alpha = 1 - observed / expected disagreement, of the pairs of values
within a unit, as the coincidence matrix has them: each weighted by 1 / (values of the unit - 1). Annotators who did not label a unit are
no part of it; a unit with one value has no pair, and does not count. The sums are made from the values themselves, never from a matrix:
for any number of annotators, and of different numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.estimate import LEAST_EVEN, Estimate, Resampling
from mlspec.metrics.intervals import NO_ERROR, holding
from mlspec.metrics.proportions import exact
from mlspec.metrics.studentised import spreads

Level = Literal["nominal", "ordinal", "interval"]
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of the pairable values. `sizes`, `within`, `slopes`: (units,) values a unit, its disagreement, and what the expected one gains by it.

    `within` sums to `observed`, the disagreement of pairs within units times the number of values; `expected` is that of all pairs.
    `moves`: (units,) what a unit changes of alpha by moving the ranks of an ordinal scale. `most`: the largest disagreement of two values.
    """

    sizes: Array
    within: Array
    slopes: Array
    expected: float
    most: float
    moves: Array

    @property
    def count(self) -> float:
        return float(self.sizes.sum())

    @property
    def alpha(self) -> float:
        return 1 - (self.count - 1) * float(self.within.sum()) / self.expected if self.expected > 0 else NAN

    def influence(self) -> Array:
        """The derivative of alpha by the weight of each unit: the infinitesimal jackknife, (units,)."""
        count, observed, expected = self.count, float(self.within.sum()), self.expected
        direct = self.sizes * observed / expected + (count - 1) * (self.within / expected - observed * self.slopes / expected**2)
        return self.moves - direct


def agreement(units: Array, values: Array, level: Level, how: Resampling) -> Estimate:
    """Return alpha with its interval; `units`, `values`: (annotations,), one value that one annotator gave to one unit.

    `values` are numbers for ordinal and interval; the ordinal scale is that of their order. NaN where no unit has two values, or where all
    values are the same: then there is no disagreement that chance could make. Units are drawn, as Krippendorff does it; where few units
    disagree the interval is exact (Clopper-Pearson), as cautious as if every disagreement were the largest that there is.
    """
    codes, kept = _pairable(np.asarray(units), np.asarray(values))
    if not len(codes):
        return Estimate(NAN, NAN, NAN, 0, 0.0)
    sums = _sums(codes, kept, level)
    rows = len(sums.sizes)
    plain = Estimate(sums.alpha, NAN, NAN, rows, float(rows))
    if plain.is_few or not np.isfinite(plain.value):
        return plain
    found = spreads({"": sums.influence()}, np.arange(rows), how.resamples, how.seed, how.confidence)[""]
    if found.even < LEAST_EVEN or found.error <= NO_ERROR:
        return holding(plain, *_few_apart(sums, how.confidence))
    low, high = plain.value - found.high * found.error, plain.value - found.low * found.error
    return holding(replace(plain, even=found.even, tail=found.tail), low, min(high, 1.0)).if_sound()


def _pairable(units: Array, values: Array) -> tuple[Array, Array]:
    """The values that stand beside another one of their unit; units as codes 0 to k - 1."""
    codes = np.unique(units, return_inverse=True)[1].reshape(-1)
    several = np.bincount(codes)[codes] > 1 if len(codes) else np.zeros(0, dtype=bool)
    return np.unique(codes[several], return_inverse=True)[1].reshape(-1), values[several]


def _sums(codes: Array, values: Array, level: Level) -> _Sums:
    if level == "nominal":
        return _nominal(codes, values)
    distinct, ranks, held = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True, return_counts=True)
    ranks = ranks.reshape(-1)
    # the ordinal difference of two values is that of their mid-ranks: the sum of all counts between them, less half of both ends
    scale = np.cumsum(held) - held / 2 if level == "ordinal" else distinct
    scale = scale - scale[ranks].mean()
    made = _numeric(codes, scale[ranks], float(scale[-1] - scale[0]) ** 2)
    return replace(made, moves=_moves(made, codes, ranks, scale, held)) if level == "ordinal" and made.expected > 0 else made


def _nominal(codes: Array, values: Array) -> _Sums:
    labels = np.unique(values, return_inverse=True)[1].reshape(-1)
    sizes = np.bincount(codes).astype(np.float64)
    held = np.bincount(labels).astype(np.float64)
    cells, counts = np.unique(codes * len(held) + labels, return_counts=True)
    alike = np.bincount(cells // len(held), weights=counts.astype(np.float64) ** 2)
    shared = np.bincount(codes, weights=held[labels])
    total = float(sizes.sum())
    within = (sizes**2 - alike) / (sizes - 1)
    return _Sums(sizes, within, 2 * (total * sizes - shared), total**2 - float((held**2).sum()), 1.0, np.zeros(len(sizes)))


def _numeric(codes: Array, numbers: Array, most: float) -> _Sums:
    """Squared differences, by sums and sums of squares; `numbers` are centred."""
    sizes = np.bincount(codes).astype(np.float64)
    first, second = np.bincount(codes, weights=numbers), np.bincount(codes, weights=numbers**2)
    apart = numbers - (first / sizes)[codes]  # about a unit's own mean: no loss where units differ much and annotators don't
    within = 2 * sizes * np.bincount(codes, weights=apart**2) / (sizes - 1)
    total, one, two = float(sizes.sum()), float(first.sum()), float(second.sum())
    slopes = 2 * (sizes * two + total * second - 2 * one * first)
    return _Sums(sizes, within, slopes, 2 * (total * two - one**2), most, np.zeros(len(sizes)))


def _moves(made: _Sums, codes: Array, ranks: Array, scale: Array, held: Array) -> Array:
    """What each unit's values do to alpha by moving the mid-ranks of all others: the chain rule over the ranks, (units,)."""
    numbers, count = scale[ranks], made.count
    sums = np.bincount(codes, weights=numbers)
    own = 4 * (made.sizes[codes] * numbers - sums[codes]) / (made.sizes[codes] - 1)
    observed = np.bincount(ranks, weights=own, minlength=len(scale))
    expected = 4 * held * (count * scale - float(numbers.sum()))
    slope = -(count - 1) * (observed / made.expected - float(made.within.sum()) * expected / made.expected**2)
    after = np.cumsum(slope[::-1])[::-1]
    return np.bincount(codes, weights=(after - slope / 2)[ranks])


def _few_apart(sums: _Sums, confidence: float) -> tuple[float, float]:
    """Exact bounds: the observed disagreement is a mean of numbers from 0 to `most`, and varies no more than a share of as many units."""
    count = sums.count
    units = count**2 / float((sums.sizes**2).sum())
    share = float(sums.within.sum()) / count / sums.most
    low, high = exact("accuracy", share * units, units, confidence)
    chance = sums.expected / (count * (count - 1)) / sums.most
    return 1 - high / chance, 1 - low / chance
