"""Resamples of units (rows, groups, runs of rows), drawn with a seed, and what they say of a studentised difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mlspec.metrics.answers import Array

CHUNK_CELLS = 4_000_000
"""Weights held at once: resamples x units, 32 MB of doubles."""
KEPT_CELLS = 64_000_000
"""Weights that are kept for the next metric of the same rows, a byte each."""
MANY, LARGEST = 20_000, 2_000
"""Of more units than `MANY`, so many with the largest influence are drawn one by one."""


def draws(units: int, resamples: int, seed: int, width: int = 1) -> Iterator[Array]:
    """Yield chunks of (resamples, units) counts of how often each unit was drawn; the same for the same `units`, `resamples` and `seed`.

    `width`: cells that the caller makes of each resample, when that is more.
    """
    if resamples * max(units, width) <= CHUNK_CELLS:
        yield _at_once(units, resamples, seed)
        return
    step = max(1, CHUNK_CELLS // max(1, units, width))
    kept = resamples * units <= KEPT_CELLS
    for chunk in _kept(units, resamples, seed, step) if kept else _chunks(units, resamples, seed, step):
        yield chunk.astype(np.float64)


@lru_cache(maxsize=1)
def _at_once(units: int, resamples: int, seed: int) -> Array:
    """All resamples; kept for the next metric of the same rows."""
    found = _drawn(np.random.default_rng(seed), units, resamples).astype(np.float64)
    found.flags.writeable = False
    return found


@lru_cache(maxsize=1)
def _kept(units: int, resamples: int, seed: int, step: int) -> tuple[Array, ...]:
    return tuple(_chunks(units, resamples, seed, step))


def _chunks(units: int, resamples: int, seed: int, step: int) -> Iterator[Array]:
    generator = np.random.default_rng(seed)
    for begin in range(0, resamples, step):
        found = _drawn(generator, units, min(step, resamples - begin))
        yield found.astype(np.uint8) if found.max(initial=0) < 256 else found


def _drawn(generator: np.random.Generator, units: int, count: int) -> Array:
    picked = generator.integers(0, units, size=(count, units), dtype=np.int32)  # the stream is that of 64 bits
    return np.stack([np.bincount(row, minlength=units) for row in picked])


def weights(codes: Array, resamples: int, seed: int) -> Iterator[Array]:
    """Yield chunks of (resamples, rows) counts; `codes`: (rows,) the unit of each row."""
    for chunk in draws(int(codes.max()) + 1, resamples, seed, len(codes)):
        yield chunk[:, codes]


def critical(influences: Array, resamples: int, seed: int, confidence: float) -> Array:
    """Return the low and high quantiles of the studentised difference, (2, k); infinite where resamples without any spread decide.

    `influences`: (units, k) of k statistics. In a resample the linear part of a statistic is the sum of what was drawn, its standard
    error that of what was drawn: the bootstrap-t of Efron (1982) and Hall (1988).
    """
    centred, count = influences - influences.mean(axis=0), len(influences)
    total, squares = (_sums if count <= MANY else _sums_of_many)(centred, resamples, seed)
    spread = np.sqrt(np.maximum(squares - total**2 / count, 0.0) * count / max(1, count - 1))
    negligible = 1e-9 * np.abs(centred).max(axis=0, initial=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(spread > negligible, total / spread, np.sign(total) * np.inf)
    tail = (1 - confidence) / 2
    ends = np.sort(np.where(np.isnan(found), 0.0, found), axis=0)
    low, high = int(np.floor(tail * (resamples + 1))) - 1, int(np.ceil((1 - tail) * (resamples + 1))) - 1
    return ends[[max(low, 0), min(high, resamples - 1)]]


def _sums(centred: Array, resamples: int, seed: int) -> tuple[Array, Array]:
    """The sums of each resample, and those of the squares: (resamples, k) each."""
    columns, width = np.hstack([centred, centred**2]), centred.shape[1]
    sums = np.concatenate([chunk @ columns for chunk in draws(len(centred), resamples, seed)])
    return sums[:, :width], sums[:, width:]


def _sums_of_many(centred: Array, resamples: int, seed: int) -> tuple[Array, Array]:
    """The same of many units, without drawing each.

    How often units are drawn is multinomial, so that, given how many draws fall among some of them, those are multinomial again, and the
    draws of the others are independent of them. The units of largest influence are drawn one by one; the sums of the many others, each of
    which is small beside them, are normal with their mean and covariance, by the central limit theorem.
    """
    columns = [_split(column) for column in centred.T]
    generator, step = np.random.default_rng(seed), CHUNK_CELLS // LARGEST
    parts = [_part_of_many(columns, len(centred), min(step, resamples - begin), generator) for begin in range(0, resamples, step)]
    return np.concatenate([total for total, _ in parts]), np.concatenate([squares for _, squares in parts])


def _part_of_many(columns: list[_Column], count: int, resamples: int, generator: np.random.Generator) -> tuple[Array, Array]:
    inside = generator.binomial(count, LARGEST / count, size=resamples)
    owner = np.repeat(np.arange(resamples) * LARGEST, inside)
    picked = owner + generator.integers(0, LARGEST, size=len(owner))
    times = np.bincount(picked, minlength=resamples * LARGEST).reshape(resamples, LARGEST).astype(np.float64)
    normal = generator.standard_normal((resamples, 2))
    parts = [column.sums(times, count - inside, normal) for column in columns]
    return np.column_stack([total for total, _ in parts]), np.column_stack([squares for _, squares in parts])


@dataclass(frozen=True, slots=True)
class _Column:
    """A statistic's influences: the largest, and what is known of the others and their squares: means, and a root of their covariance."""

    largest: Array
    middle: tuple[float, float]
    root: tuple[float, float, float]

    def sums(self, times: Array, outside: Array, normal: Array) -> tuple[Array, Array]:
        """`times`: (resamples, LARGEST) how often each is drawn; `outside`: (resamples,) draws of others; `normal`: (resamples, 2)."""
        (first, slope, second), width = self.root, np.sqrt(outside)
        total = times @ self.largest + outside * self.middle[0] + width * first * normal[:, 0]
        squares = times @ self.largest**2 + outside * self.middle[1] + width * (slope * normal[:, 0] + second * normal[:, 1])
        return total, np.maximum(squares, 0.0)


def _split(column: Array) -> _Column:
    order = np.argpartition(-np.abs(column), LARGEST)
    others = column[order[LARGEST:]]
    both = np.column_stack([others, others**2])
    middle = both.mean(axis=0)
    covariance = (both - middle).T @ (both - middle) / len(both)
    first = math.sqrt(covariance[0, 0])
    slope = covariance[0, 1] / first if first else 0.0
    root = first, slope, math.sqrt(max(covariance[1, 1] - slope**2, 0.0))
    return _Column(column[order[:LARGEST]], (float(middle[0]), float(middle[1])), root)
