"""The served model: verified bytes, checked golden rows, and prediction on columns of plain values."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.artifact import LoadedModel, load_model
from mlspec.runtime.compiled.choose import engine_of
from mlspec.runtime.compiled.engine import Engine
from mlspec.runtime.predict import Predictions, check_smoke
from mlspec.runtime.signature import Signature, libraries

log = logging.getLogger("mlspec.server")
PREDICT, PROBABILITIES = "predict", "predict_proba"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One version of a model, loaded."""

    name: str
    version: str
    loaded: LoadedModel

    @property
    def digest(self) -> str:
        return self.loaded.digest

    @property
    def signature(self) -> Signature:
        return self.loaded.signature

    @property
    def outputs(self) -> tuple[str, ...]:
        """What it can answer."""
        has_classes = self.signature.classes is not None and hasattr(self.loaded.estimator, PROBABILITIES)
        return (PREDICT, PROBABILITIES) if has_classes else (PREDICT,)

    @property
    def engine(self) -> Engine:
        """Which way it answers."""
        return engine_of(self.loaded)

    def predict(self, columns: Mapping[str, Sequence[Any]]) -> Predictions:
        """Predict n > 0 rows given as equally long columns, None for missing. Raises MLS0664 (values that don't fit) and MLS0665."""
        return self.engine.columns(columns)


def open_model(folder: Path, digest: str, name: str, version: str) -> ServedModel:
    """Load the model in `folder` once its bytes have `digest`, and check its golden rows.

    Raises MLS066x for other bytes or a broken folder (nothing was unpickled then), MLS0804 when golden rows differ. Which way it
    answers is decided here, once, and logged.
    """
    loaded = load_model(folder, digest)
    wrong = check_smoke(loaded)
    if wrong:
        raise problem("MLS0804", f"{name} {version} does not answer as it did at training: {wrong[0]}", help=_advice(loaded.signature))
    model = ServedModel(name, version, loaded)
    model.engine.fallbacks.forget()  # those of the golden rows
    log.warning("%s %s is answered by %s: %s", name, version, model.engine.kind, model.engine.reason)
    return model


def _advice(signature: Signature) -> str:
    here = libraries()
    other = [f"{n} {made} (here {here.get(n, 'none')})" for n, made in sorted(signature.libraries.items()) if here.get(n) != made]
    trained = f"it was trained with {' and '.join(other)}: " if other else ""
    return trained + "install the locked requirements, or train and promote again"
