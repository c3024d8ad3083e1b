"""A compiled model -> its form. What is not known here by its exact class is not kept: it is compiled each time it is loaded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlspec.runtime.compiled.boosting import Boosting, HistBoosting
from mlspec.runtime.compiled.columns import Column, Number
from mlspec.runtime.compiled.engine import Ways
from mlspec.runtime.compiled.estimators import Constant
from mlspec.runtime.compiled.forest import Forest
from mlspec.runtime.compiled.kept.form import Form
from mlspec.runtime.compiled.kept.preprocess import STEPS
from mlspec.runtime.compiled.kept.trees import Trees, check_size
from mlspec.runtime.compiled.linear import SHARES, Linear, LinearClasses
from mlspec.runtime.compiled.refused import NotCompiledError, need
from mlspec.runtime.compiled.scorer import Array, Scorer

_NAMES = {step: name for name, step in STEPS.items()}
_LINKS = {"IdentityLink": "identity", "LogLink": "log"}
_LOSSES = {"HalfBinomialLoss": "logistic", "HalfMultinomialLoss": "softmax"}
_SHARES = {function: name for name, function in SHARES.items()}
Parts = tuple[dict[str, Any], Mapping[str, Array]]


def described(ways: Ways) -> Form:
    """The form of what was compiled. Raises NotCompiledError."""
    for known, describe in _KNOWN.items():
        if type(ways.scorer) is known:
            facts, arrays = describe(ways.scorer)
            return Form({"preprocess": [_column(c) for c in ways.preprocess.columns], "scorer": facts}, arrays)
    raise NotCompiledError("its estimator answers itself")


def _column(column: Column) -> dict[str, Any]:
    if isinstance(column, Number):
        steps = [[_NAMES[step], _finite(operand)] for step, operand in column.steps]
        return {"number": [column.source, column.place, None if math.isnan(column.fill) else _finite(column.fill), steps]}
    codes = [[_plain(value), int(code)] for value, code in column.codes.items()]
    return {"category": [column.source, column.place, codes, int(column.missing), int(column.unknown), column.width, column.one_hot]}


def _finite(value: float) -> float:
    need(math.isfinite(value), "a transformer computes with infinity")
    return float(value)


def _plain(value: Any) -> Any:
    """A label or a category, as JSON gives it back."""
    value = value.item() if isinstance(value, np.generic) else value
    need(type(value) in (str, int, bool) or (type(value) is float and math.isfinite(value)), "it knows values that JSON does not")
    return value


def _classes(classes: Any) -> list[Any] | None:
    return None if classes is None else [_plain(v) for v in classes]


def _hist_boosting(scorer: HistBoosting) -> Parts:
    estimator = scorer.estimator
    classes, nodes = getattr(estimator, "classes_", None), [nodes for trees in scorer.rounds for nodes in trees]
    leaf = np.concatenate([n["is_leaf"] for n in nodes]) > 0
    values = np.concatenate([n["value"] for n in nodes])[:, np.newaxis]
    trees = _trees(nodes, leaf, ("left", "right", "feature_idx", "num_threshold"), values)
    start = estimator._baseline_prediction.ravel().tolist()  # noqa: SLF001
    return _sums(trees, start, None, "double", estimator._loss, classes, from_zero=False)  # noqa: SLF001


def _boosting(scorer: Boosting) -> Parts:
    estimator = scorer.estimator
    found = [t.tree_ for t in estimator.estimators_.ravel()]
    trees = _of_sklearn(found)
    classes, start = getattr(estimator, "classes_", None), scorer.start.ravel().tolist()
    return _sums(trees, start, float(estimator.learning_rate), "single", estimator._loss, classes, from_zero=True)  # noqa: SLF001


def _sums(trees: Trees, start: list[float], scale: float | None, precision: str, loss: Any, classes: Any, *, from_zero: bool) -> Parts:
    check_size(trees)
    link, shares = _LINKS.get(type(loss.link).__name__), _LOSSES.get(type(loss).__name__)
    need(link if classes is None else shares, f"its loss is {type(loss).__name__}")
    facts = {"kind": "tree-sums", "start": start, "scale": scale, "precision": precision, "classes": _classes(classes)}
    return {**facts, "link": link or "identity", "shares": None if classes is None else shares, "from_zero": from_zero}, trees.arrays()


def _forest(scorer: Forest) -> Parts:
    trees = _of_sklearn(scorer.trees)
    check_size(trees)
    precision = "single-or-missing" if scorer.missing else "single"
    return {"kind": "tree-mean", "precision": precision, "single": scorer.single, "classes": _classes(scorer.classes)}, trees.arrays()


def _of_sklearn(found: Sequence[Any]) -> Trees:
    states = [t.__getstate__() for t in found]
    nodes = [s["nodes"] for s in states]
    leaf = np.concatenate([n["left_child"] for n in nodes]) < 0
    values = np.concatenate([s["values"][:, 0, :] for s in states])
    return _trees(nodes, leaf, ("left_child", "right_child", "feature", "threshold"), values)


def _trees(nodes: Sequence[Array], leaf: Array, names: Sequence[str], values: Array) -> Trees:
    left, right, feature, threshold = (np.concatenate([n[name] for n in nodes]) for name in names)
    missing = np.concatenate([n["missing_go_to_left"] for n in nodes])
    return Trees(
        counts=np.array([len(n) for n in nodes], np.int32),
        left=np.where(leaf, 0, left).astype(np.int32),
        right=np.where(leaf, 0, right).astype(np.int32),
        feature=np.where(leaf, 0, feature).astype(np.int32),
        threshold=np.where(leaf, 0.0, threshold).astype(np.float64),
        missing=((missing > 0) & ~leaf).astype(np.uint8),
        values=np.ascontiguousarray(values, np.float64),
    )


def _linear(scorer: Linear) -> Parts:
    owner = getattr(scorer.link, "__self__", None)
    link = "identity" if scorer.link is None else _LINKS.get(type(owner).__name__)
    need(link, "its link is not known")
    return _product(scorer, {"link": link, "shares": None, "classes": None})


def _linear_classes(scorer: LinearClasses) -> Parts:
    shares = None if scorer.probabilities is None else _SHARES[scorer.probabilities]
    return _product(scorer, {"link": "identity", "shares": shares, "classes": _classes(scorer.classes)})


def _product(scorer: Linear | LinearClasses, facts: dict[str, Any]) -> Parts:
    """Coefficients in the order in which they lie: BLAS adds up by it."""
    transposed = scorer.weights.ndim == 2
    coefficients, intercept = scorer.weights.T if transposed else scorer.weights, np.asarray(scorer.intercept, np.float64)
    need(coefficients.dtype == np.float64, "its coefficients are no doubles")
    need(coefficients.flags.c_contiguous or coefficients.flags.f_contiguous, "its coefficients lie in memory in parts")
    arrays = {"coefficients": coefficients, "intercept": np.atleast_1d(intercept)}
    return {"kind": "linear", "transposed": transposed, "one_intercept": intercept.ndim == 0, **facts}, arrays


def _constant(scorer: Constant) -> Parts:
    shares = {} if scorer.shares is None else {"shares": scorer.shares}
    if scorer.shares is None and scorer.answer.dtype == np.float64:
        return {"kind": "constant", "classes": None}, {"answer": scorer.answer}
    return {"kind": "constant", "classes": _classes(scorer.answer)}, shares


_KNOWN: Mapping[type[Scorer], Any] = {
    HistBoosting: _hist_boosting,
    Boosting: _boosting,
    Forest: _forest,
    Linear: _linear,
    LinearClasses: _linear_classes,
    Constant: _constant,
}
