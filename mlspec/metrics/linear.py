"""Least squares on rows that the fit has not seen: how much of a target a set of columns explains."""

from __future__ import annotations

import numpy as np

from mlspec.metrics.answers import Array

FOLDS = 3
KEPT = 0.9
"""The share of the rows that a trimmed fit is made of, those that it errs least on: a few wrong rows hide no identity."""
ROUNDS = 4
_RANK = 1e-10
"""A singular value below this share of the largest counts as 0."""
ROUNDING = 10.0
"""The median row may err so many times more, by its square: a target is often rounded, and its bulk may be narrow."""


def cross_fitted(columns: Array, truth: Array, seed: int) -> float:
    """Return how much of `truth` (n,) the `columns` (n, p) explain: R^2 on held-out rows, by the whole and by the median row.

    The smaller of the two: neither a few far rows nor the bulk alone make an identity. -inf where nothing can be said.
    """
    return _explained(truth, held_out(columns, truth, seed))


def _explained(truth: Array, guess: Array | None) -> float:
    if guess is None:
        return -np.inf
    wrong, centre = truth - guess, truth - truth.mean()
    spread = float((centre**2).sum())
    if spread <= 1e-24 * max(1.0, float((truth**2).sum())):
        return -np.inf
    whole = 1 - float((wrong**2).sum()) / spread
    usual = float(np.median(np.abs(truth - np.median(truth))))
    bulk = 1 - (float(np.median(np.abs(wrong))) / usual) ** 2 / ROUNDING if usual > 0 else whole
    return min(whole, bulk)


def held_out(columns: Array, truth: Array, seed: int) -> Array | None:
    """Return the guess (n,) for each row by a fit of the other folds; None with too few rows for so many columns."""
    count, width = columns.shape
    if _too_few(count, width):
        return None
    fold = np.random.default_rng(seed).permutation(count) % FOLDS
    guess = np.empty(count)
    for number in range(FOLDS):
        inside, outside = fold != number, fold == number
        guess[outside] = _predict(columns[inside], truth[inside], columns[outside])
    return guess


def _too_few(count: int, width: int) -> bool:
    return count - -(-count // FOLDS) < width + 10


def _predict(columns: Array, truth: Array, wanted: Array) -> Array:
    middle, scale = columns.mean(axis=0), columns.std(axis=0)
    scale[scale == 0] = 1.0
    solved = least_squares((columns - middle) / scale, truth - truth.mean())
    found: Array = (wanted - middle) / scale @ solved + truth.mean()
    return found


def least_squares(columns: Array, truth: Array) -> Array:
    """Return the smallest of the solutions, (p,).

    LAPACK's iteration over singular values may not converge where many columns are sums of others (indicators and their products): a
    pivoted QR, which takes no iteration, solves those.
    """
    try:
        solved: Array = np.linalg.lstsq(columns, truth, rcond=_RANK)[0]
    except np.linalg.LinAlgError:
        from scipy.linalg import lstsq

        solved = np.asarray(lstsq(columns, truth, cond=_RANK, lapack_driver="gelsy")[0])
    return solved


def trimmed(columns: Array, truth: Array, seed: int) -> tuple[float, Array]:
    """Return (explained, rows) of the best fit to most of the rows (least trimmed squares, Rousseeuw 1984, by concentration steps)."""
    rows = np.arange(len(truth))
    size = int(len(truth) * KEPT)
    for _ in range(ROUNDS):
        if _too_few(len(rows), columns.shape[1]):
            return -np.inf, rows
        wrong = np.abs(truth - _predict(columns[rows], truth[rows], columns))
        rows = np.sort(np.argsort(wrong, kind="stable")[:size])
    return cross_fitted(columns[rows], truth[rows], seed), rows
