"""What is drawn as a whole: rows, the groups of a split by group, or runs of rows that follow each other in time.

Rows of a group err alike, and so do rows that follow each other; drawn one by one, they make intervals too narrow. Whole groups
are drawn (the cluster bootstrap: Davison & Hinkley 1997, section 3.8), and whole runs of rows (Carlstein 1986).
"""

from __future__ import annotations

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.estimate import LEAST_BLOCKS, Resampling

LONGER = 2.0
"""The block is so many times that of Politis & White: theirs is best for a standard error, and an interval wants less bias."""
LEAST_RUN, RUN_OF_ROOT = 5, 0.9
"""Rows a run at least in a split by time, and times the root of all rows: few rows can't show how long errors stay alike, and longer
runs than needed cost little: Student's quantile for a dozen units is next to the normal one. Ten runs are left of 50 rows."""


def units(rows: int, how: Resampling, *series: Array) -> Array:
    """Return for each row the number of its unit, (rows,), 0 to k - 1.

    `series`: of each row, such as its influence on the metric; where rows are in order of time and no block is given, the
    autocorrelation of the one that lasts longest tells the length.
    """
    if how.groups is not None:
        groups: Array = np.unique(how.groups, return_inverse=True)[1].reshape(-1)
        return groups
    block = how.block or max([automatic_block(one) for one in series if how.ordered], default=1)
    if how.by_time and not how.block:
        block = max(block, LEAST_RUN, min(round(RUN_OF_ROOT * rows**0.5), rows // LEAST_BLOCKS))
    count = max(1, rows // max(1, block))
    return np.arange(rows) * count // max(1, rows)


def effective_units(codes: Array, inside: Array, block: int | None = None) -> float:
    """Return how many units of equal share the rows come from (Kish's effective size); `inside`: (n,) true where a row counts.

    Below 1 where a `block` is longer than all rows. Units that differ by one row are equal: 75 rows make ten runs, not 9.98.
    """
    held = np.bincount(codes, weights=np.asarray(inside, dtype=np.float64)) if len(codes) else np.zeros(1)
    total = float(held.sum())
    part = len(codes) / block if block and len(held) == 1 else 1.0
    if len(held) > 1 and held.max() - held.min() <= 1 and held.min() > 1:
        return float(len(held))
    return part * total**2 / float((held**2).sum()) if total else 0.0


def automatic_block(series: Array) -> int:
    """Return the rows a block for a series in order of time; 1 where no lag's autocorrelation can be told from none."""
    length = politis_white(series)
    return 1 if length <= 1 else min(len(series), int(np.ceil(LONGER * length)))


def politis_white(series: Array) -> float:
    """Return the block length of the circular bootstrap that is best for the variance of a mean; 0 without autocorrelation, and where rows
    offset each other (spectrum at 0 up to the variance: shops that take turns): rows drawn one by one make no interval too narrow then.

    Politis & White 2004, with the constant of Patton, Politis & White 2009: (2 G^2 / D)^(1/3) n^(1/3), D = 4/3 g(0)^2, where g(0) and G
    are sums of autocovariances, and of them times the lag, under a flat-top window. Its width is twice the last lag that counts:
    after it, five in a row (or the root of log10 n, if more) are within 2 (log10 n / n)^(1/2) of 0.
    """
    count = len(series)
    if count < 10 or not np.ptp(series):
        return 0.0
    run = max(5, int(np.ceil(np.sqrt(np.log10(count)))))
    most = min(count - 1, int(np.ceil(np.sqrt(count))) + run)
    covariance = _autocovariances(series - series.mean(), most)
    small = np.abs(covariance[1:]) < 2 * np.sqrt(np.log10(count) / count) * covariance[0]
    last = _last_that_counts(small, run)
    if not last:
        return 0.0
    width = min(2 * last, most)
    lags = np.arange(1, width + 1)
    window = np.minimum(1.0, 2 * (1 - lags / width))
    spectrum = covariance[0] + 2 * float((window * covariance[1 : width + 1]).sum())
    slope = 2 * float((window * lags * covariance[1 : width + 1]).sum())
    if spectrum <= covariance[0]:
        return 0.0
    best = (2 * slope**2 / (4 / 3 * spectrum**2)) ** (1 / 3) * count ** (1 / 3)
    return float(min(best, np.ceil(min(3 * np.sqrt(count), count / 3))))


def _autocovariances(centred: Array, most: int) -> Array:
    count = len(centred)
    return np.array([float(centred[: count - lag] @ centred[lag:]) / count for lag in range(most + 1)])


def _last_that_counts(small: Array, run: int) -> int:
    """The last lag before `run` small ones in a row; the last of all that is not small, where there is no such run."""
    for lag in range(len(small) - run + 1):
        if small[lag : lag + run].all():
            return lag
    return int(np.flatnonzero(~small)[-1]) + 1
