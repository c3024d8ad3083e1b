"""Columns for fits that look for leakage: numbers, their logarithms, products of two, and an indicator a category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.columns import indicators
from mlspec.metrics.linear import least_squares

COLUMNS = 200
"""Columns of a fit; of more, those that go most with the target."""
NONZERO = 0.8
"""A feature has a logarithm when this share of its values is not 0."""
FEW = 10
"""A number of at most so many values has no logarithm, but an indicator a value: quantities, rates."""
ROWS_A_PRODUCT = 3
"""Rows a column that there must be when columns are multiplied."""
PAIR = "\0"
"""Between the two features of a product."""
WHOLE_ROWS = 0.2
"""The share of the rows that must have a value everywhere; else the columns with the most missing values are left out."""


@dataclass(frozen=True, slots=True)
class Design:
    """`columns` (n, p) without missing values, `truth` (n,), and the feature (`owners`, p) that each column was made of."""

    columns: Array
    truth: Array
    owners: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in their order."""
        return tuple(dict.fromkeys(name for owner in self.owners for name in owner.split(PAIR)))

    def of(self, names: Sequence[str]) -> Design:
        """The columns of some features."""
        wanted = set(names)
        chosen = [i for i, owner in enumerate(self.owners) if wanted.issuperset(owner.split(PAIR))]
        return Design(self.columns[:, chosen], self.truth, tuple(self.owners[i] for i in chosen))

    def rows(self, kept: Array) -> Design:
        """Some of the rows."""
        return Design(self.columns[kept], self.truth[kept], self.owners)

    def by_strength(self) -> list[str]:
        """The features by how much of the fitted target is theirs, weakest first."""
        middle, scale = self.columns.mean(axis=0), self.columns.std(axis=0)
        scale[scale == 0] = 1.0
        solved = least_squares((self.columns - middle) / scale, self.truth - self.truth.mean())
        strength = dict.fromkeys(self.names, 0.0)
        for owner, share in zip(self.owners, np.abs(solved), strict=True):
            for name in owner.split(PAIR):
                strength[name] = max(strength[name], float(share))
        return sorted(self.names, key=lambda name: (round(strength[name], 12), name))


def design(columns: Mapping[str, Array], truth: Array, *, logs: bool, fill: bool) -> Design | None:
    """Put the columns together on the rows where all have a value. `logs`: with logarithms; `fill`: a missing number counts as 0.

    None where `fill` or `logs` would change nothing, or too few rows are left.
    """
    missing = any(np.isnan(block).any() for block in columns.values())
    if fill and not missing:
        return None
    parts = [part for name, block in columns.items() for part in _each(name, np.nan_to_num(block) if fill else block)]
    made = [part for name, block in columns.items() if logs for part in _each(name, _logarithms(block))]
    if logs and not made:
        return None
    return _complete([*parts, *made], truth)


def products(columns: Mapping[str, Array], truth: Array) -> Design | None:
    """The columns, and the product of each two of different features, and of a number with itself, of those that go most with the target.

    A column of a product belongs to both features. None where too few rows are left.
    """
    parts = [part for name, block in columns.items() for part in _each(name, block)]
    room = min(COLUMNS, len(truth) // ROWS_A_PRODUCT) - len(parts)
    many = int((np.sqrt(8 * max(room, 0) + 1) - 1) / 2)
    strongest = sorted(sorted(range(len(parts)), key=lambda i: (-_together(parts[i][1], truth), i))[:many])
    made = [
        (f"{parts[i][0]}{PAIR}{parts[j][0]}", parts[i][1] * parts[j][1])
        for i in strongest
        for j in strongest
        if i == j or (i < j and parts[i][0] != parts[j][0])
    ]
    return _complete([*parts, *made], truth)


def _each(name: str, block: Array) -> list[tuple[str, Array]]:
    return [(name, block[:, i]) for i in range(block.shape[1])]


def _logarithms(block: Array) -> Array:
    """Of a number; of a share also what it leaves and adds (1 - x, 1 + x). A number of few values has an indicator each instead."""
    values = block[:, 0]
    known = values[np.isfinite(values)]
    if block.shape[1] > 1 or not len(known):
        return block[:, :0]
    levels = np.unique(known)
    if len(levels) <= FEW:
        codes = np.where(np.isfinite(values), np.searchsorted(levels, np.nan_to_num(values)), -1)
        return indicators(codes, len(levels)) if len(levels) > 2 else block[:, :0]
    made = [values] if (known != 0).mean() >= NONZERO else []
    if known.min() >= 0 and known.max() <= 100:
        share = values if known.max() <= 1 else values / 100
        made += [one for one in (1 - share, 1 + share) if (one != 0).mean() >= NONZERO]
    return np.stack([_logarithm(one) for one in made], axis=1) if made else block[:, :0]


def _logarithm(values: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = np.where(values == 0, np.nan, np.log(np.abs(values)))
    return found


def _complete(parts: list[tuple[str, Array]], truth: Array) -> Design | None:
    known = np.isfinite(truth)
    moving = [(name, values) for name, values in parts if len(np.unique(values[known & np.isfinite(values)])) > 1]
    order = sorted(range(len(moving)), key=lambda i: (-_together(moving[i][1], truth), i))[:COLUMNS]
    chosen = [moving[i] for i in sorted(order)]
    while chosen:
        grid = np.stack([values for _, values in chosen], axis=1)
        whole = known & np.isfinite(grid).all(axis=1)
        if whole.sum() >= max(WHOLE_ROWS * known.sum(), 1.5 * len(chosen) + 30):
            return Design(grid[whole], truth[whole], tuple(name for name, _ in chosen))
        holes = (~np.isfinite(grid)).sum(axis=0)
        worst = max(range(len(chosen)), key=lambda i: (holes[i], i))
        chosen.pop(worst)
    return None


def _together(values: Array, truth: Array) -> float:
    """The size of the correlation on the rows where both are known."""
    both = np.isfinite(values) & np.isfinite(truth)
    if not both.any():
        return 0.0
    one, other = values[both] - values[both].mean(), truth[both] - truth[both].mean()
    size = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return round(abs(float((one * other).sum())) / size, 9) if size > 0 else 0.0
