"""Trees as code go where their nodes send a row: thresholds without end, missing values, and sums in order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from mlspec.runtime.compiled.kept.trees import DEEPEST, Trees, check_size, leaves, sums
from mlspec.runtime.compiled.refused import NotCompiledError


def trees(*each: list[tuple[Any, ...]]) -> Trees:
    """Each tree a list of nodes: (left, right, feature, threshold, missing left, value)."""
    nodes = [node for tree in each for node in tree]
    parts = [list(part) for part in zip(*nodes, strict=True)]
    counts, left, right, feature = (np.array(part, np.int32) for part in ([len(t) for t in each], *parts[:3]))
    threshold, missing, values = (np.array(part, kind) for part, kind in zip(parts[3:], (float, np.uint8, float), strict=True))
    return Trees(counts, left, right, feature, threshold, missing, values[:, np.newaxis])


STUMP = [(1, 2, 0, 0.5, 0, 0.0), (0, 0, 0, 0.0, 0, 1.0), (0, 0, 0, 0.0, 0, 2.0)]
LEFT = [(1, 2, 1, math.inf, 1, 0.0), (0, 0, 0, 0.0, 0, 10.0), (0, 0, 0, 0.0, 0, 20.0)]
ALONE = [(0, 0, 0, 0.0, 0, 0.25)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0.5, 0.0], 11.25),
        ([np.nextafter(0.5, 1), 0.0], 12.25),
        ([-math.inf, math.inf], 11.25),
        ([math.nan, math.nan], 12.25),
        ([math.nan, -math.inf], 12.25),
    ],
)
def test_a_row_goes_where_the_nodes_send_it(row: list[float], expected: float) -> None:
    assert sums(trees(STUMP, LEFT, ALONE), range(3), 0.0)(row) == expected
    assert leaves(trees(STUMP, LEFT, ALONE))(row) == [1 if row[0] <= 0.5 else 2, 4, 6]


def test_values_are_added_in_the_order_of_the_trees_and_scaled_before() -> None:
    values = [1e16, 1.0, -1e16, 1.0]
    forest = trees(*([(0, 0, 0, 0.0, 0, v)] for v in values))
    assert sums(forest, range(4), 0.0)([]) == ((1e16 + 1.0) - 1e16) + 1.0 == 1.0
    assert sums(forest, (1, 3), 0.5)([]) == 2.5
    assert sums(forest, range(4), 0.0, 0.1)([]) == (0.1 * 1e16 + 0.1 * 1.0) + 0.1 * -1e16 + 0.1 * 1.0


def test_many_trees_become_several_functions() -> None:
    forest = trees(*[STUMP] * 2_500)
    assert sums(forest, range(2_500), 0.0)([0.0]) == 2_500.0
    assert leaves(forest)([1.0])[-1] == 3 * 2_500 - 1


def chain(depth: int) -> list[tuple[Any, ...]]:
    """A tree that goes down on one side."""
    nodes: list[tuple[Any, ...]] = []
    for level in range(depth - 1):
        nodes += [(2 * level + 1, 2 * level + 2, 0, -float(level), 0, 0.0), (0, 0, 0, 0.0, 0, float(level))]
        nodes[2 * level] = (2 * level + 2, 2 * level + 1, 0, -float(level), 0, 0.0)
    return [*nodes, (0, 0, 0, 0.0, 0, -1.0)]


def test_the_deepest_is_compiled_and_deeper_ones_are_refused() -> None:
    deepest = trees(chain(DEEPEST))
    check_size(deepest)
    walk = sums(deepest, [0], 0.0)
    assert walk([1.0]) == 0.0 and walk([-3.5]) == 4.0 and walk([-1e9]) == -1.0
    with pytest.raises(NotCompiledError, match="too deep"):
        check_size(trees(chain(DEEPEST + 1)))


def test_thresholds_are_those_of_inner_nodes() -> None:
    found = trees(STUMP, LEFT, ALONE).thresholds(100)
    assert {place: values.tolist() for place, values in found.items()} == {0: [0.5], 1: [math.inf]}
