"""How far two ways to part the same rows agree, whatever the parts are called: adjusted Rand (Hubert & Arabie 1985) and adjusted mutual
information (Vinh, Epps & Bailey 2010; by the mean of both entropies). 1: the same parts; 0: as by chance.

Both are functions of how many rows are in which pair of parts. Where the parts have nothing to do with each other they move with the
square of a row's weight alone, so an interval is narrower than it should be: it stays next to 0, and that is what it says.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.clusters import NAN, Known


def counts_of(one: Array, other: Array) -> tuple[Array, Array, Array]:
    """How many rows are in which pair of parts, (parts, parts) doubles, and which part each row is in, (n,) each."""
    names = [np.unique(np.asarray(side, dtype=object).astype(str), return_inverse=True) for side in (one, other)]
    left, right = (codes.reshape(-1) for _, codes in names)
    found = np.zeros((len(names[0][0]), len(names[1][0])))
    np.add.at(found, (left, right), 1.0)
    return found, left, right


def adjusted_rand(one: Array, other: Array) -> float:
    """Of two ways to part n rows; 1 where both have one part, or a part a row."""
    counts, _, _ = counts_of(one, other)
    return _rand(counts)


def _pairs(counts: Array) -> float:
    return float((counts * (counts - 1)).sum() / 2)


def _rand(counts: Array) -> float:
    both, left, right = _pairs(counts), _pairs(counts.sum(axis=1)), _pairs(counts.sum(axis=0))
    every = _pairs(counts.sum(keepdims=True))
    expected, most = left * right / every if every else 0.0, (left + right) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def _adjusted_rand(actual: Array, answers: Answers) -> Known:
    """A row's influence is that of its pairs with all others: sums over pairs are of order two, and each row stands in two sums of them."""
    counts, left, right = counts_of(actual, answers.predicted)
    n = len(left)
    if n < 2:
        return Known(NAN, np.zeros(n))
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    every = n * (n - 1) / 2
    both, a, b = _pairs(counts), _pairs(rows), _pairs(columns)
    expected, most = a * b / every, (a + b) / 2
    if most == expected:
        return Known(1.0, np.zeros(n))
    value, slack = (both - expected) / (most - expected), most - expected
    mine, my_row, my_column, my_all = counts[left, right] - 1, rows[left] - 1, columns[right] - 1, float(n - 1)
    d_expected = (my_row * b + a * my_column) / every - expected / every * my_all
    d_most = (my_row + my_column) / 2
    change = ((mine - d_expected) - value * (d_most - d_expected)) / slack
    return Known(value, change - change.mean())


def _adjusted_mutual_info(actual: Array, answers: Answers) -> Known:
    """What is expected by chance is taken as it is: it moves by less than a row's share of it."""
    counts, left, right = counts_of(actual, answers.predicted)
    n = len(left)
    if not n:
        return Known(NAN, np.zeros(0))
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    if len(rows) == len(columns) == 1 or (len(rows) == n and len(columns) == n):
        return Known(1.0, np.zeros(n))
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(counts > 0, np.log(counts * n / np.outer(rows, columns)), 0.0)
    mutual = float((counts / n * each).sum())
    shares = -np.log(rows / n), -np.log(columns / n)
    entropies = [float((own / n * part).sum()) for own, part in zip((rows, columns), shares, strict=True)]
    by_chance = expected_mutual_info(rows, columns)
    top, slack = mutual - by_chance, sum(entropies) / 2 - by_chance
    if abs(slack) < np.finfo(np.float64).eps:
        return Known(NAN, np.zeros(n))
    value = top / slack
    d_mutual = each[left, right] - mutual
    d_mean = ((shares[0][left] - entropies[0]) + (shares[1][right] - entropies[1])) / 2
    change = (d_mutual - value * d_mean) / slack / n
    return Known(value, change - change.mean())


def expected_mutual_info(rows: Array, columns: Array) -> float:
    """The mean mutual information, in nats, of ways to part rows into parts of these sizes that have nothing to do with each other.

    Vinh, Epps & Bailey 2010, formula 24: sums over hypergeometric counts, a size of part at a time.
    """
    from scipy.special import gammaln

    n, found = float(rows.sum()), 0.0
    for (a, times_a), (b, times_b) in _size_pairs(rows, columns):
        k = np.arange(max(1.0, a + b - n), min(a, b) + 1)
        log = np.log(n * k / (a * b))
        fixed = gammaln(a + 1) + gammaln(b + 1) + gammaln(n - a + 1) + gammaln(n - b + 1)
        ways = fixed - gammaln(n + 1) - gammaln(k + 1) - gammaln(a - k + 1) - gammaln(b - k + 1) - gammaln(n - a - b + k + 1)
        found += times_a * times_b * float((k / n * log * np.exp(ways)).sum())
    return found


def _size_pairs(rows: Array, columns: Array) -> list[tuple[tuple[float, int], tuple[float, int]]]:
    one, other = (list(zip(*map(np.ndarray.tolist, np.unique(side, return_counts=True)), strict=True)) for side in (rows, columns))
    return [(x, y) for x in one for y in other]


def renamed(one: Array, other: Array) -> Array:
    """`one` with its parts called as those of `other` that they share most rows with, one to one; what is left over has names of its own.

    (n,) objects: names of `other`, or None. The sum of shared rows is the greatest that any naming has (Kuhn 1955).
    """
    from scipy.optimize import linear_sum_assignment

    counts, left, _ = counts_of(one, other)
    names = np.unique(np.asarray(other, dtype=object).astype(str), return_index=True)[1]
    called = np.full(len(counts), None, dtype=object)
    for part, name in zip(*linear_sum_assignment(counts, maximize=True), strict=True):
        called[part] = np.asarray(other, dtype=object)[names[name]]
    found: Array = called[left]
    return found


PARTITION_METRICS: dict[str, Callable[[Array, Answers], Known]] = {
    "adjusted_rand": _adjusted_rand,
    "adjusted_mutual_info": _adjusted_mutual_info,
}
