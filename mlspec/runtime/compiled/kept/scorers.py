"""What answers from a form: the arithmetic of the scorers that were described, on plain arrays, by NumPy and by trees as code."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal, cast

import numpy as np

from mlspec.runtime.compiled.engine import One
from mlspec.runtime.compiled.kept.form import Form
from mlspec.runtime.compiled.kept.trees import Trees, leaves, sums
from mlspec.runtime.compiled.linear import LINKS, SHARES
from mlspec.runtime.compiled.one_tree import SOME_NODES, in_turn
from mlspec.runtime.compiled.scorer import Array, Scorer, Scores, finite, single_precision

Precision = Literal["double", "single", "single-or-missing"]
"""How a kind of trees reads its rows."""


def _read(matrix: Array, precision: Precision) -> list[list[float]]:
    """Rows of doubles, as the walk would compare them."""
    return (matrix if precision == "double" else single_precision(matrix, missing=precision == "single-or-missing")).tolist()  # type: ignore[no-any-return]


def _single(row: list[float]) -> list[float] | None:
    """One row in single precision; None where something in it is missing, or too large."""
    found = array("f", row)
    total = sum(found)
    return found.tolist() if total - total == 0.0 else None  # no NaN and no infinity is in a finite sum


def _labels(classes: list[Any] | None) -> Array | None:
    if classes is None:
        return None
    found = np.empty(len(classes), dtype=object)
    found[:] = classes
    return found


class TreeSums:
    """Boosting: trees whose values are added to a start, one sum for each output."""

    alone = True

    def __init__(self, facts: Mapping[str, Any], trees: Trees) -> None:
        self.trees, self.precision, self.classes = trees, facts["precision"], _labels(facts["classes"])
        self.start, self.scale = [float(start) for start in facts["start"]], facts["scale"]
        self.link, self.shares, self.from_zero = LINKS[facts["link"]], SHARES.get(facts["shares"]), bool(facts["from_zero"])

    @cached_property
    def walks(self) -> list[Callable[[list[float]], float]]:
        """One for each output; the trees of a round stand side by side."""
        outputs, count = len(self.start), len(self.trees.counts)
        return [sums(self.trees, range(k, count, outputs), start, self.scale) for k, start in enumerate(self.start)]

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        raw = np.array([[walk(row) for walk in self.walks] for row in _read(matrix, self.precision)], order="F")
        if self.classes is None:
            return self.link(raw.ravel()), None
        if raw.shape[1] > 1:
            return self.classes[np.argmax(raw, axis=1)], self.shares(raw) if self.shares else None
        one = raw.ravel()
        chosen = one >= 0 if self.from_zero else one > 0
        return self.classes[chosen.astype(int)], self.shares(one) if self.shares else None

    def one(self, order: str) -> One | None:  # noqa: ARG002 - as the others
        """One row's number, without arrays; None where it is more than a number, or not a sum as it stands."""
        if self.classes is not None or len(self.walks) > 1 or self.link is not LINKS["identity"]:
            return None
        (walk,) = self.walks
        return walk if self.precision == "double" else lambda row: None if (read := _single(row)) is None else walk(read)

    def thresholds(self) -> dict[int, Array]:
        """Some of the thresholds of each column."""
        return self.trees.thresholds(SOME_NODES)


class TreeMean:
    """A forest, or one tree: the mean of values, or of shares of the classes."""

    alone = True

    def __init__(self, facts: Mapping[str, Any], trees: Trees) -> None:
        self.trees, self.precision, self.classes = trees, facts["precision"], _labels(facts["classes"])
        self.count, self.zero = len(trees.counts), -0.0 if facts["single"] else 0.0  # -0.0 + x is x, to the sign of zero

    @cached_property
    def walk(self) -> Callable[[list[float]], Any]:
        """A row's sum, or the leaves it comes to."""
        return sums(self.trees, range(self.count), self.zero) if self.classes is None else leaves(self.trees)

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        found = [self.walk(row) for row in _read(matrix, self.precision)]
        if self.classes is None:
            return np.array(found) / self.count, None
        mean = (in_turn(self.trees.values[np.array(found)]) + self.zero) / self.count
        return self.classes.take(np.argmax(mean, axis=1), axis=0), mean

    def one(self, order: str) -> One | None:  # noqa: ARG002 - as the others
        """One row's number, without arrays; None for classes."""
        walk, count = self.walk, self.count
        return None if self.classes is not None else lambda row: None if (read := _single(row)) is None else walk(read) / count

    def thresholds(self) -> dict[int, Array]:
        """Some of the thresholds of each column."""
        return self.trees.thresholds(SOME_NODES)


class Sums:
    """Linear models: a product by BLAS on arrays that lie as the estimator's do, and what becomes of its sums."""

    alone = False

    def __init__(self, facts: Mapping[str, Any], form: Form) -> None:
        coefficients, intercept = form.arrays["coefficients"], form.arrays["intercept"]
        self.weights = coefficients.T if facts["transposed"] else coefficients
        self.intercept = intercept.reshape(()) if facts["one_intercept"] else intercept
        self.link, self.shares, self.classes = LINKS[facts["link"]], SHARES.get(facts["shares"]), _labels(facts["classes"])

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        scores = finite(matrix) @ self.weights + self.intercept
        if self.classes is None:
            return self.link(scores), None
        scores = scores.reshape(-1) if scores.ndim > 1 and scores.shape[1] == 1 else scores
        chosen = (scores > 0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes.take(chosen, axis=0), self.shares(scores) if self.shares else None

    def one(self, order: str) -> One | None:
        """One row's number; None for classes, and behind a link."""
        if self.classes is not None or self.link is not LINKS["identity"] or self.weights.ndim > 1:
            return None
        weights, intercept, layout = self.weights, self.intercept, cast("Any", order)

        def found(row: list[float]) -> float | None:
            total = sum(row)
            return (np.array([row], order=layout) @ weights + intercept).item() if total - total == 0.0 else None

        return found


class Same:
    """The same of every row."""

    alone = True

    def __init__(self, facts: Mapping[str, Any], form: Form) -> None:
        self.answer = form.arrays["answer"] if facts["classes"] is None else _labels(facts["classes"])
        self.shares = form.arrays.get("shares")

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        assert self.answer is not None  # noqa: S101 - one of the two
        return np.repeat(self.answer, len(matrix)), None if self.shares is None else np.repeat(self.shares, len(matrix), axis=0)


def scorer_of(form: Form) -> Scorer:
    """What a form's facts name. Raises KeyError for what is not known."""
    facts = form.facts["scorer"]
    match facts["kind"]:
        case "tree-sums":
            return TreeSums(facts, _trees(form))
        case "tree-mean":
            return TreeMean(facts, _trees(form))
        case "linear":
            return Sums(facts, form)
        case "constant":
            return Same(facts, form)
    raise KeyError(facts["kind"])


def _trees(form: Form) -> Trees:
    return Trees(**{name: form.arrays[name] for name in Trees.__slots__})
