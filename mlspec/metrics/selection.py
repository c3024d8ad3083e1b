"""Which rows are worth a label: those that a model is least sure of, and that are unlike each other."""

from __future__ import annotations

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]


def doubt(proba: Floats) -> Floats:
    """How little the most probable class leads the second, in [0, 1]; (n,) of (n, k >= 2).

    Margin sampling: Scheffer, Decomain and Wrobel, "Active Hidden Markov Models for Information Extraction" (2001).
    """
    top = np.partition(proba, -2, axis=1)[:, -2:]
    return 1.0 - (top[:, 1] - top[:, 0])


def most(score: Floats, count: int) -> Whole:
    """Positions of the `count` greatest scores, greatest first; of equal ones the earlier row."""
    return np.argsort(-score, kind="stable")[:count]


def spread(points: Floats, first: int, count: int) -> Whole:
    """Positions of `count` of n points (n, d), each the farthest from all before it; of equal ones the earlier. Begins with `first`.

    The greedy k-centre of Gonzalez (1985), as Sener and Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set
    Approach" (2018), choose rows by it.
    """
    chosen = [first]
    nearest = _squares(points, first)
    nearest[first] = -1.0
    while len(chosen) < min(count, len(points)):
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, _squares(points, chosen[-1]))
        nearest[chosen] = -1.0
    return np.array(chosen[:count], np.int64)


def _squares(points: Floats, one: int) -> Floats:
    return np.asarray(((points - points[one]) ** 2).sum(axis=1), np.float64)
