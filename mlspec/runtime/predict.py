"""Predictions of a loaded model: for the evaluate stage, the server, batch scoring and the promotion gates."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import Problems, problem
from mlspec.metrics.labels import sets_of
from mlspec.metrics.levels import sorted_levels
from mlspec.metrics.own import Own
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.artifact import LoadedModel
from mlspec.runtime.foreign import Foreign
from mlspec.runtime.inputs import prepare
from mlspec.runtime.signature import Label, Signature
from mlspec.runtime.threads import in_order

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Predictions:
    """Answers for n rows. `predicted`: (n,) float64 for numbers, labels (object) for classes, tuples of labels (object) for sets of them.

    For quantiles `predicted` is (n, levels) float64 as the estimators say them: `said` puts them in order.

    `scale` (n,): of a forecast that is measured, what its errors are divided by; see `metrics.scaled`.

    `proba`: (n, classes) or None; of sets each label has a probability of its own, and a row's need not add up to 1.
    `own`: what metrics of the user's gave for these answers, where they were asked. `space` (n, d): of clusters that are measured, where
    the rows stand.
    """

    predicted: np.ndarray[Any, Any]
    proba: np.ndarray[Any, Any] | None
    classes: tuple[Label, ...] | None
    levels: tuple[float, ...] | None = None
    scale: np.ndarray[Any, Any] | None = None
    own: Mapping[str, Own] = field(default_factory=dict)
    space: np.ndarray[Any, Any] | None = None

    @property
    def said(self) -> np.ndarray[Any, Any]:
        """`predicted` as it is told to whoever asked: quantiles that cross are sorted, row by row."""
        return self.predicted if self.levels is None else sorted_levels(self.predicted)


def predict(loaded: LoadedModel, frame: pd.DataFrame, first: int = 1, *, history: bool = False) -> Predictions:
    """Return the model's answers, row by row, for a frame that holds at least the signature's features.

    `first`: what its first row is called in diagnostics. `history`: as `prepare` has it.

    Raises MLS0663 and MLS0664 for a frame that doesn't fit (see `prepare`), MLS0665 when the estimator fails or answers NaN.
    """
    from mlspec.runtime.compiled.choose import engine_of

    return engine_of(loaded).frame(prepare(loaded.signature, frame, first, history=history))


def predict_by_own(loaded: LoadedModel, frame: pd.DataFrame) -> Predictions:
    """The same answers by the estimator's own `predict`: where it is asked once, another way is not worth proving."""
    return answer(loaded.estimator, loaded.signature, prepare(loaded.signature, frame))


def answer(estimator: Any, signature: Signature, features: pd.DataFrame) -> Predictions:
    """scikit-learn's own answers, on features that `prepare` returned. The same bits every time, on any number of cores."""
    if not len(features):
        return _nothing(signature)
    try:
        with warnings.catch_warnings(), in_order():
            warnings.simplefilter("ignore")
            if isinstance(estimator, Foreign):
                predicted, proba = estimator.answers(features)
            else:
                predicted = _one_each(estimator.predict(features), signature, len(features))
                proba = _probabilities(estimator, signature, features)
    except Problems:
        raise
    except Exception as error:
        raise problem("MLS0665", f"the model failed to predict: {type(error).__name__}: {error}", help="see the model's code") from error
    return finished(signature, predicted, proba, None)


def finished(
    signature: Signature, predicted: np.ndarray[Any, Any], proba: np.ndarray[Any, Any] | None, order: Sequence[int] | None
) -> Predictions:
    """What an estimator said of n rows, as we say it. `order`: where each class of the signature stands in `proba`; None: as they are.

    Raises MLS0665 for NaN and infinity.
    """
    if signature.classes is not None and TASKS[signature.task].is_labels:
        return Predictions(sets_of(predicted, signature.classes), proba, signature.classes)
    if signature.classes is not None:
        shares = proba if proba is None or order is None else proba[:, order]
        return Predictions(as_labels(predicted), shares, signature.classes)
    values = predicted.astype(np.float64)
    if not (math.isfinite(values.item()) if values.size == 1 else np.isfinite(values).all()):
        count = int((~np.isfinite(values)).sum())
        raise problem("MLS0665", f"the model answers NaN or infinity for {count} of {len(values)} rows", help="train a model that doesn't")
    return Predictions(values, None, None, signature.levels)


def _one_each(predicted: Any, signature: Signature, rows: int) -> np.ndarray[Any, Any]:
    """What an estimator said: a value a row, a row of indicators, or one of quantiles. Raises MLS0665 for another number of them."""
    table = np.asarray(predicted.toarray() if hasattr(predicted, "toarray") else predicted).reshape(rows, -1)
    if TASKS[signature.task].has_one_answer:
        return table[:, 0]
    wanted, what = (len(signature.levels), "quantiles") if signature.levels is not None else (len(signature.classes or ()), "labels")
    if table.shape[1] != wanted:
        message = f"the model answers {table.shape[1]} values a row, and it knows {wanted} {what}"
        raise problem("MLS0665", message, help=f"`predict` has to return one for each of its {what}, in their order")
    return table


def _nothing(signature: Signature) -> Predictions:
    if signature.levels is not None:
        return Predictions(np.empty((0, len(signature.levels))), None, None, signature.levels)
    if signature.classes is None:
        return Predictions(np.empty(0), None, None)
    return Predictions(np.empty(0, dtype=object), np.empty((0, len(signature.classes))), signature.classes)


def as_labels(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Labels as plain Python values in an object array, the same whatever numpy or pandas dtype they came in."""
    plain = np.empty(len(values), dtype=object)
    plain[:] = [v.item() if isinstance(v, np.generic) else v for v in values]
    return plain


def _probabilities(estimator: Any, signature: Signature, features: pd.DataFrame) -> np.ndarray[Any, Any] | None:
    order = class_order(estimator, signature)
    if order is not None and TASKS[signature.task].is_labels:
        return _shares(estimator.predict_proba(features), len(order), getattr(estimator, "classes_", None))
    return None if order is None else np.asarray(estimator.predict_proba(features), dtype=np.float64)[:, order]


def _shares(found: Any, labels: int, classes: Any) -> np.ndarray[Any, Any]:
    """Each label's probability, (n, labels): from one table, or from one of (n, 2) for each label, as forests and wrappers give them.

    A label that all or none of the training rows had is known by one column alone: that of its only value, 1 or 0, which `classes` tells.
    """
    if not isinstance(found, list):
        return np.asarray(found, dtype=np.float64).reshape(-1, labels)
    tables = [np.asarray(one, dtype=np.float64) for one in found]
    known = classes if isinstance(classes, list) and len(classes) == len(tables) else [np.array([1])] * len(tables)
    alone = [one[:, 0] if only[0] == 1 else np.zeros(len(one)) for one, only in zip(tables, known, strict=True)]
    return np.column_stack([one[:, 1] if one.shape[1] > 1 else single for one, single in zip(tables, alone, strict=True)])


def class_order(estimator: Any, signature: Signature) -> list[int] | None:
    """Where each class of the signature stands among the estimator's; None without classes, or without probabilities."""
    if isinstance(estimator, Foreign):
        return list(range(len(signature.classes))) if signature.classes is not None and estimator.has_shares else None
    if signature.classes is None or not hasattr(estimator, "predict_proba"):
        return None
    if TASKS[signature.task].is_labels:
        return list(range(len(signature.classes)))
    own = [v.item() if isinstance(v, np.generic) else v for v in estimator.classes_]
    return [own.index(c) for c in signature.classes]


def check_smoke(loaded: LoadedModel, tolerance: float = 1e-6) -> list[str]:
    """Ask the model for its own smoke rows again; return one line per answer that differs (none: it is the model it was)."""
    inputs, expected = loaded.smoke["inputs"], loaded.smoke["outputs"]
    if not inputs:
        return []
    found = _of_golden(loaded, inputs).predicted
    return [
        f"smoke row {i + 1}: expected {want}, got {got}"
        for i, (want, got) in enumerate(zip(expected, found, strict=True))
        if not _same(want, got, tolerance)
    ]


def _of_golden(loaded: LoadedModel, inputs: Sequence[Mapping[str, Any]]) -> Predictions:
    """As a table, or, of a model whose libraries nothing has needed yet, without them where that can be."""
    from mlspec.runtime.compiled.choose import engine_of

    engine, names = engine_of(loaded), loaded.signature.names
    if engine.is_sealed and all(set(names) <= set(row) for row in inputs):
        return engine.columns({name: [row[name] for row in inputs] for name in names})
    import pandas as pd

    return predict(loaded, pd.DataFrame(inputs, columns=names))


def _same(want: Any, got: Any, tolerance: float) -> bool:
    if isinstance(got, tuple):
        return bool(list(want) == list(got))
    if isinstance(got, np.ndarray):
        return len(want) == len(got) and all(_same(one, float(other), tolerance) for one, other in zip(want, got, strict=True))
    if isinstance(want, float) or isinstance(got, float):
        return math.isclose(float(want), float(got), rel_tol=tolerance, abs_tol=tolerance)
    return bool(want == got)
