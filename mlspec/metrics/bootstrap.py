"""Resamples of rows, drawn with a seed: independent rows, or circular blocks of rows that follow each other.

Rows of a time series err alike; drawing them one by one makes intervals too narrow. The circular block bootstrap
(Politis & Romano 1992; moving blocks: Künsch 1989) draws runs of `block` rows instead. `block` = 1 is Efron's bootstrap.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlspec.metrics.answers import Array

CHUNK_CELLS = 4_000_000
"""Weights held at once: resamples x rows, 32 MB of doubles."""


def default_block(strategy: str, rows: int) -> int:
    """Rows a block when the spec names none: 1, or the cube root of the rows for a split by time (Hall et al. 1995)."""
    return max(1, round(rows ** (1 / 3))) if strategy == "time" else 1


def effective_blocks(rows: Array, block: int) -> float:
    """Return how many blocks of equal share the rows come from (Kish's effective size); `rows`: (n,) true where a row counts.

    Rows that stand in every block count all blocks; rows of one season count the few blocks of that season. With `block` 1
    it is the number of rows, and below 1 when a block is longer than all rows.
    """
    inside = np.add.reduceat(np.asarray(rows, dtype=np.float64), np.arange(0, len(rows), block)) if len(rows) else np.zeros(1)
    total = float(inside.sum())
    return min(1.0, len(rows) / block) * total**2 / float((inside**2).sum()) if total else 0.0


def weights(rows: int, resamples: int, block: int, seed: int) -> Iterator[Array]:
    """Yield chunks of (resamples, rows) counts of how often each row was drawn; the same for the same arguments."""
    generator = np.random.default_rng(seed)
    size = max(1, min(block, rows))
    starts_needed = -(-rows // size)
    step = max(1, CHUNK_CELLS // max(1, rows))
    for begin in range(0, resamples, step):
        count = min(step, resamples - begin)
        starts = generator.integers(0, rows, size=(count, starts_needed))
        yield np.stack([_counts(row, size, rows) for row in starts])


def _counts(starts: Array, block: int, rows: int) -> Array:
    drawn = ((starts[:, None] + np.arange(block)) % rows).ravel()[:rows]
    return np.bincount(drawn, minlength=rows).astype(np.float64)
