"""Slices in which a model errs more than elsewhere, looked for among many, with the many looks accounted for.

Candidates are the values (or ranges) of single features, and pairs of them, as in Chung et al. 2019 (Slice Finder). How much more a slice
errs is the difference of mean losses, in it and outside of it; its error is that of the units which are drawn together. All lower ends
hold at once with the confidence asked for: each is taken at (1 - confidence) / looks (Bonferroni), whatever was looked at first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mlspec.metrics.answers import Array

LEAST_ROWS, LEAST_SHARE, LEAST_UNITS = 30, 0.01, 10
"""A slice has at least so many rows, this share of all, and rows of so many units."""
MOST_LOOKS = 5_000
WORSE = 1.25
"""A pair is told beside a slice that holds it where its loss is so many times that one's."""


@dataclass(frozen=True, slots=True)
class Weak:
    """A slice: `name` of each part, its rows, its mean loss and that of the other rows, and by how much more it errs at least."""

    name: tuple[str, ...]
    rows: int
    loss: float
    elsewhere: float
    least: float


@dataclass(frozen=True, slots=True)
class Found:
    """`slices`: those that err more, the most of the loss first. `looks`: at how many it was looked."""

    slices: tuple[Weak, ...]
    looks: int


def weak_slices(losses: Array, parts: Mapping[str, Mapping[str, Array]], codes: Array, confidence: float, most: int = 8) -> Found:
    """Return slices with a larger mean loss than the other rows have.

    `losses`: (n,) of each row. `parts`: {feature: {name: (n,) mask}}. `codes`: (n,) the unit of each row. Features are paired in their
    order until MOST_LOOKS slices are reached.
    """
    candidates = list(_candidates(parts, len(losses)))
    if not candidates:
        return Found((), 0)
    tail = (1 - confidence) / len(candidates)
    judged = [_judged(name, mask, losses, codes, tail) for name, mask in candidates]
    worse = sorted((one for one in judged if one and one.least > 0), key=lambda one: (-one.least * one.rows, one.name))
    return Found(tuple(_told(worse, most)), len(candidates))


def _candidates(parts: Mapping[str, Mapping[str, Array]], rows: int) -> Iterator[tuple[tuple[str, ...], Array]]:
    least = max(LEAST_ROWS, LEAST_SHARE * rows)
    single = {feature: {n: m for n, m in named.items() if least <= m.sum() <= rows - least} for feature, named in parts.items()}
    count = 0
    for named in single.values():
        for name, mask in named.items():
            count += 1
            yield (name,), mask
    for one, other in combinations(single.values(), 2):
        if count + len(one) * len(other) > MOST_LOOKS:
            return
        for name, mask in one.items():
            for second, also in other.items():
                both = mask & also
                if both.sum() >= least:
                    count += 1
                    yield (name, second), both


def _judged(name: tuple[str, ...], mask: Array, losses: Array, codes: Array, tail: float) -> Weak | None:
    """None where too few units tell."""
    from scipy.special import stdtrit

    inside, units = int(mask.sum()), len(np.unique(codes[mask]))
    if units < LEAST_UNITS:
        return None
    here, there = float(losses[mask].mean()), float(losses[~mask].mean())
    influence = np.where(mask, (losses - here) / inside, -(losses - there) / (len(losses) - inside))
    sums = np.bincount(codes, weights=influence)
    error = float(np.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()))
    return Weak(name, inside, here, there, here - there - float(stdtrit(units - 1, 1 - tail)) * error)


def _told(worse: Sequence[Weak], most: int) -> Iterator[Weak]:
    """Those that say something that a larger one has not said."""
    kept: list[Weak] = []
    for one in worse:
        if len(kept) < most and all(one.loss > WORSE * other.loss for other in kept if set(other.name) & set(one.name)):
            kept.append(one)
            yield one
