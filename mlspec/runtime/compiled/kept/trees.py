"""Trees as Python's own code: each tree an expression of comparisons, which Python compiles. A row takes as long as by scikit-learn's walk.

`x <= threshold` is the walk's comparison of doubles, and a missing value goes where the node sends it. The source is made of numbers alone,
written by `repr`, which gives each double back; nothing else of a model gets into it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from mlspec.runtime.compiled.refused import need
from mlspec.runtime.compiled.scorer import Array

MOST_NODES, DEEPEST = 120_000, 80
"""Nodes beyond which compiling takes as long as importing scikit-learn, and depth, for Python's compiler, which nests as trees do."""
AT_ONCE = 20_000
"""Nodes from which a function is closed: each unpacks the row once, and compiling a larger one takes more memory (50 MB)."""
Row = list[float]


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees, one after another. `counts`: how many each has.

    `left`, `right`: a child's number in its own tree; 0: a leaf. `feature`: column of the matrix. `threshold`: at most that goes left.
    `missing`: 1 where a missing value goes left. `values`: (nodes, k).
    """

    counts: Array
    left: Array
    right: Array
    feature: Array
    threshold: Array
    missing: Array
    values: Array

    def arrays(self) -> dict[str, Array]:
        return {name: getattr(self, name) for name in self.__slots__}

    def thresholds(self, some: int) -> dict[int, Array]:
        """Thresholds of each column, sorted: of every n-th node, so that about `some` are looked at."""
        every = max(1, len(self.left) // some)
        inner = np.flatnonzero(self.left[::every] > 0) * every
        feature, threshold = self.feature[inner], self.threshold[inner]
        return {int(place): np.unique(threshold[feature == place]) for place in np.unique(feature)}


def check_size(trees: Trees) -> None:
    """Raise NotCompiledError for trees that are too large, or too deep."""
    need(len(trees.left) <= MOST_NODES, "its trees are too large to be kept as code")
    left, right = trees.left.tolist(), trees.right.tolist()
    for start, _ in pairwise(_starts(trees)):
        level, depth = [0], 0
        while level:
            depth += 1
            need(depth <= DEEPEST, "its trees are too deep to be kept as code")
            level = [child for i in level if left[start + i] for child in (left[start + i], right[start + i])]


def _starts(trees: Trees) -> list[int]:
    return np.cumsum([0, *trees.counts.tolist()]).tolist()  # type: ignore[no-any-return]


def sums(trees: Trees, chosen: Sequence[int], start: float, scale: float | None = None) -> Callable[[Row], float]:
    """A row's sum over some trees, added to `start` in their order. `scale`: of each value, before it is added."""
    values = trees.values[:, 0] if scale is None else scale * trees.values[:, 0]
    steps = _compiled(trees, chosen, [repr(v) for v in values.tolist()], "s+={}", "s")

    def summed(row: Row) -> float:
        total = start
        for step in steps:
            total = step(total, row)
        return total

    return summed


def leaves(trees: Trees) -> Callable[[Row], list[int]]:
    """The number, among all nodes, of the leaf that a row comes to in each tree."""
    steps = _compiled(trees, range(len(trees.counts)), [str(i) for i in range(len(trees.left))], "s.append({})", "s")

    def found(row: Row) -> list[int]:
        numbers: list[int] = []
        for step in steps:
            step(numbers, row)
        return numbers

    return found


def _compiled(trees: Trees, chosen: Sequence[int], texts: Sequence[str], statement: str, result: str) -> list[Callable[[Any, Row], Any]]:
    source, starts = _Source(trees, texts), _starts(trees)
    functions, lines, used, size = [], list[str](), set[int](), 0
    for position, tree in enumerate(chosen):
        lines.append(statement.format(source.expression(starts[tree], 0, used)))
        size += int(trees.counts[tree])
        if size >= AT_ONCE or position == len(chosen) - 1:
            functions.append(_function(lines, used, result))
            lines, used, size = [], set(), 0
    return functions


class _Source:
    """Nodes as plain lists, which are read quicker than arrays one by one."""

    def __init__(self, trees: Trees, texts: Sequence[str]) -> None:
        self.left, self.right, self.feature = trees.left.tolist(), trees.right.tolist(), trees.feature.tolist()
        self.threshold, self.missing, self.texts = trees.threshold.tolist(), trees.missing.tolist(), texts

    def expression(self, start: int, node: int, used: set[int]) -> str:
        """What a tree answers from a node on. NaN compares as False: where it goes left, the opposite is asked."""
        i = start + node
        if not self.left[i]:
            return self.texts[i]
        feature = int(self.feature[i])
        used.add(feature)
        low, high = (self.expression(start, child, used) for child in (self.left[i], self.right[i]))
        if self.missing[i]:
            return f"({high} if x{feature}>{self.threshold[i]!r} else {low})"
        return f"({low} if x{feature}<={self.threshold[i]!r} else {high})"


def _function(lines: Sequence[str], used: set[int], result: str) -> Callable[[Any, Row], Any]:
    values = [";".join(f"x{i}=x[{i}]" for i in sorted(used))] if used else []
    source = "\n ".join(["def walk(s,x):", *values, *lines, f"return {result}\n"])
    code = next(found for found in compile(source, "<trees>", "exec").co_consts if isinstance(found, CodeType))
    return FunctionType(code, {"inf": float("inf"), "nan": float("nan")})
