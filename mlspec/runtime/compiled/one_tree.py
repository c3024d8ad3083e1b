"""Many trees as one, so that scikit-learn's own compiled walk answers them all in one call.

Each call of that walk costs far more than the walk itself, and a row needs one for each tree. So the trees are put under a root that
leads to tree t by one more feature, the number t: a row is asked t times, each with another number. Leaves and thresholds stay what they
were, and so do the comparisons; sums are made outside, in the trees' order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SOME_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Names:
    """How the nodes of a kind of trees name their fields."""

    left: str
    right: str
    feature: str
    threshold: str


def joined(trees: Sequence[Array], names: Names, feature: int) -> tuple[Array, list[int]]:
    """The nodes of all trees under a common root, and where each tree begins. `feature`: the column that holds the tree's number.

    `trees`: structured arrays of nodes, the root first. Children that are no node (leaves) must be below 1: they stay.
    """
    count = len(trees)
    starts = np.cumsum([count - 1, *(len(nodes) for nodes in trees[:-1])]).tolist()
    nodes = np.concatenate([np.zeros(count - 1, trees[0].dtype), *trees])
    for start, tree in zip(starts, trees, strict=True):
        _shift(nodes[start : start + len(tree)], names, start)
    _route(nodes, starts, names, feature)
    return nodes, starts


def _shift(nodes: Array, names: Names, start: int) -> None:
    for child in (names.left, names.right):
        found = nodes[child]
        found[found > 0] += np.asarray(start, found.dtype)


def _route(nodes: Array, starts: Sequence[int], names: Names, feature: int) -> None:
    """Fill the first nodes: a balanced search tree over the trees' numbers."""
    free = iter(range(len(starts)))

    def node_for(low: int, high: int) -> int:
        if high - low == 1:
            return starts[low]
        here, middle = next(free), (low + high) // 2
        nodes[names.feature][here], nodes[names.threshold][here] = feature, middle - 0.5
        nodes[names.left][here] = node_for(low, middle)
        nodes[names.right][here] = node_for(middle, high)
        return here

    node_for(0, len(starts))


def thresholds_of(trees: Sequence[Array], names: Names) -> dict[int, Array]:
    """Thresholds of each column, sorted: those of `SOME_NODES` nodes, evenly taken from all trees."""
    every = max(1, sum(map(len, trees)) // SOME_NODES)
    nodes = np.concatenate([nodes[::every] for nodes in trees])
    inner = nodes[nodes[names.left].astype(np.int64) > 0]
    return {int(place): np.unique(inner[names.threshold][inner[names.feature] == place]) for place in np.unique(inner[names.feature])}


def numbered(trees: int, features: int, dtype: Any) -> Array:
    """Rows to be filled: (trees, features + 1), the last column the tree's number."""
    rows = np.zeros((trees, features + 1), dtype)
    rows[:, features] = np.arange(trees)
    return rows


def asked(template: Array, matrix: Array) -> Array:
    """Each of n rows once for each tree: (n * trees, features + 1), row by row."""
    if len(matrix) == 1:
        one = template.copy()
        one[:, :-1] = matrix
        return one
    rows = np.repeat(template[np.newaxis], len(matrix), axis=0)
    rows[:, :, :-1] = matrix[:, np.newaxis, :]
    return rows.reshape(-1, template.shape[1])


def in_turn(values: Array) -> Array:
    """The sum over axis 1 in that order, as trees are added one after another: `sum` would add in pairs, and differ in the last bits."""
    return np.add.accumulate(values, axis=1)[:, -1]
