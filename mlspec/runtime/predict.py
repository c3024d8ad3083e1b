"""Predictions of a loaded model: for the evaluate stage, the server, batch scoring and the promotion gates."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.artifact import LoadedModel
from mlspec.runtime.inputs import prepare
from mlspec.runtime.signature import Label, Signature
from mlspec.runtime.threads import in_order

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Predictions:
    """Answers for n rows. `predicted`: (n,) float64 for regression, labels (object) for classes; `proba`: (n, classes) or None."""

    predicted: np.ndarray[Any, Any]
    proba: np.ndarray[Any, Any] | None
    classes: tuple[Label, ...] | None


def predict(loaded: LoadedModel, frame: pd.DataFrame, first: int = 1) -> Predictions:
    """Return the model's answers, row by row, for a frame that holds at least the signature's features.

    `first`: what its first row is called in diagnostics.

    Raises MLS0663 and MLS0664 for a frame that doesn't fit (see `prepare`), MLS0665 when the estimator fails or answers NaN.
    """
    from mlspec.runtime.compiled.choose import engine_of

    return engine_of(loaded).frame(prepare(loaded.signature, frame, first))


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
            predicted = np.asarray(estimator.predict(features)).reshape(len(features), -1)[:, 0]
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
    if signature.classes is not None:
        shares = proba if proba is None or order is None else proba[:, order]
        return Predictions(as_labels(predicted), shares, signature.classes)
    values = predicted.astype(np.float64)
    if not (math.isfinite(values.item()) if values.size == 1 else np.isfinite(values).all()):
        count = int((~np.isfinite(values)).sum())
        raise problem("MLS0665", f"the model answers NaN or infinity for {count} of {len(values)} rows", help="train a model that doesn't")
    return Predictions(values, None, None)


def _nothing(signature: Signature) -> Predictions:
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
    return None if order is None else np.asarray(estimator.predict_proba(features), dtype=np.float64)[:, order]


def class_order(estimator: Any, signature: Signature) -> list[int] | None:
    """Where each class of the signature stands among the estimator's; None without classes, or without probabilities."""
    if signature.classes is None or not hasattr(estimator, "predict_proba"):
        return None
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
    if isinstance(want, float) or isinstance(got, float):
        return math.isclose(float(want), float(got), rel_tol=tolerance, abs_tol=tolerance)
    return bool(want == got)
