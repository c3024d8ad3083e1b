"""Resamples of units (rows, groups, runs of rows), drawn with a seed, and what they say of a studentised difference."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from mlspec.metrics.answers import Array

CHUNK_CELLS = 4_000_000
"""Weights held at once: resamples x units, 32 MB of doubles."""


def draws(units: int, resamples: int, seed: int, width: int = 1) -> Iterator[Array]:
    """Yield chunks of (resamples, units) counts of how often each unit was drawn; the same for the same `units`, `resamples` and `seed`.

    `width`: cells that the caller makes of each resample, when that is more.
    """
    if resamples * max(units, width) <= CHUNK_CELLS:
        yield _at_once(units, resamples, seed)
        return
    generator, step = np.random.default_rng(seed), max(1, CHUNK_CELLS // max(1, units, width))
    for begin in range(0, resamples, step):
        yield _drawn(generator, units, min(step, resamples - begin))


@lru_cache(maxsize=1)
def _at_once(units: int, resamples: int, seed: int) -> Array:
    """All resamples; kept for the next metric of the same rows."""
    found = _drawn(np.random.default_rng(seed), units, resamples)
    found.flags.writeable = False
    return found


def _drawn(generator: np.random.Generator, units: int, count: int) -> Array:
    picked = generator.integers(0, units, size=(count, units))
    picked += np.arange(count)[:, None] * units
    found: Array = np.bincount(picked.ravel(), minlength=count * units).reshape(count, units).astype(np.float64)
    return found


def weights(codes: Array, resamples: int, seed: int) -> Iterator[Array]:
    """Yield chunks of (resamples, rows) counts; `codes`: (rows,) the unit of each row."""
    for chunk in draws(int(codes.max()) + 1, resamples, seed, len(codes)):
        yield chunk[:, codes]


def critical(influences: Array, resamples: int, seed: int, confidence: float) -> Array:
    """Return the low and high quantiles of the studentised difference, (2, k); infinite where resamples without any spread decide.

    `influences`: (units, k) of k statistics. In a resample the linear part of a statistic is the sum of what was drawn, its standard
    error that of what was drawn: the bootstrap-t of Efron (1982) and Hall (1988).
    """
    centred = influences - influences.mean(axis=0)
    columns, count, width = np.hstack([centred, centred**2]), len(influences), influences.shape[1]
    sums = np.concatenate([chunk @ columns for chunk in draws(count, resamples, seed)])
    total, squares = sums[:, :width], sums[:, width:]
    spread = np.sqrt(np.maximum(squares - total**2 / count, 0.0) * count / max(1, count - 1))
    negligible = 1e-9 * np.abs(centred).max(axis=0, initial=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(spread > negligible, total / spread, np.sign(total) * np.inf)
    tail = (1 - confidence) / 2
    ends = np.sort(np.where(np.isnan(found), 0.0, found), axis=0)
    low, high = int(np.floor(tail * (resamples + 1))) - 1, int(np.ceil((1 - tail) * (resamples + 1))) - 1
    return ends[[max(low, 0), min(high, resamples - 1)]]
