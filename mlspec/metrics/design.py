"""Features as columns of numbers, for fits that look for leakage: numbers, their logarithms, and an indicator a category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlspec.metrics.answers import Array

if TYPE_CHECKING:
    import pandas as pd

LEVELS = 20
"""A column of text with more values is no category here."""
COLUMNS = 200
"""Columns of a fit; of more, those that go most with the target."""
NONZERO = 0.8
"""A feature has a logarithm when this share of its values is not 0."""
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
        return tuple(dict.fromkeys(self.owners))

    def of(self, names: Sequence[str]) -> Design:
        """The columns of some features."""
        chosen = [i for i, owner in enumerate(self.owners) if owner in set(names)]
        return Design(self.columns[:, chosen], self.truth, tuple(self.owners[i] for i in chosen))

    def rows(self, kept: Array) -> Design:
        """Some of the rows."""
        return Design(self.columns[kept], self.truth[kept], self.owners)

    def by_strength(self) -> list[str]:
        """The features by how much of the fitted target is theirs, weakest first."""
        middle, scale = self.columns.mean(axis=0), self.columns.std(axis=0)
        scale[scale == 0] = 1.0
        solved = np.linalg.lstsq((self.columns - middle) / scale, self.truth - self.truth.mean(), rcond=1e-10)[0]
        strength = dict.fromkeys(self.names, 0.0)
        for owner, share in zip(self.owners, np.abs(solved), strict=True):
            strength[owner] = max(strength[owner], float(share))
        return sorted(self.names, key=lambda name: (round(strength[name], 12), name))


def feature_columns(frame: pd.DataFrame, features: Sequence[str]) -> dict[str, Array]:
    """{feature: (n, k) numbers}: one column of a number (NaN where missing), indicators of a category; neither of text and times."""
    import pandas as pd

    found: dict[str, Array] = {}
    for name in features:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            found[name] = column.astype("float64").to_numpy()[:, None]
        elif not pd.api.types.is_datetime64_any_dtype(column):
            codes, levels = pd.factorize(column.astype("string"), sort=True)
            if 1 < len(levels) <= LEVELS:
                found[name] = (codes[:, None] == np.arange(len(levels))[None, :]).astype(np.float64)
    return found


def design(columns: Mapping[str, Array], truth: Array, *, logs: bool, fill: bool) -> Design | None:
    """Put the columns together on the rows where all have a value. `logs`: with logarithms; `fill`: a missing number counts as 0.

    None where `fill` or `logs` would change nothing, or too few rows are left.
    """
    parts: list[tuple[str, Array]] = []
    missing = any(np.isnan(block).any() for block in columns.values())
    if fill and not missing:
        return None
    for name, block in columns.items():
        values = np.nan_to_num(block) if fill else block
        parts += [(name, values[:, i]) for i in range(values.shape[1])]
    made = [(name, log) for name, block in columns.items() if logs and (log := _logarithm(block)) is not None]
    if logs and not made:
        return None
    return _complete([*parts, *made], truth)


def _logarithm(block: Array) -> Array | None:
    values = block[:, 0]
    known = values[np.isfinite(values)]
    if block.shape[1] > 1 or len(np.unique(known)) <= 10 or (known != 0).mean() < NONZERO:
        return None
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
    one, other = values[both] - values[both].mean(), truth[both] - truth[both].mean()
    size = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return round(abs(float((one * other).sum())) / size, 9) if size > 0 else 0.0
