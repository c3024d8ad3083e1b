"""The served model: verified bytes, checked golden rows, and prediction on columns of plain values."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.deploy.server.by_key import Lookup, settings
from mlspec.diagnostics import problem
from mlspec.runtime.artifact import LoadedModel, load_model
from mlspec.runtime.compiled.choose import engine_of
from mlspec.runtime.compiled.engine import Engine
from mlspec.runtime.compiled.kept.keep import categories_of
from mlspec.runtime.predict import Predictions, check_smoke
from mlspec.runtime.signature import Signature, others

log = logging.getLogger("mlspec.server")
PREDICT, PROBABILITIES = "predict", "predict_proba"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One version of a model, loaded. `lookup`: by which features are read that a request leaves out."""

    name: str
    version: str
    loaded: LoadedModel
    lookup: Lookup | None = None

    @property
    def digest(self) -> str:
        return self.loaded.digest

    @property
    def signature(self) -> Signature:
        return self.loaded.signature

    @property
    def outputs(self) -> tuple[str, ...]:
        """What it can answer."""
        return (PREDICT,) if self.engine.order is None else (PREDICT, PROBABILITIES)

    @property
    def categories(self) -> Mapping[str, tuple[Any, ...]]:
        """{feature: its categories}, as training saw them."""
        return categories_of(self.loaded)

    @property
    def engine(self) -> Engine:
        """Which way it answers."""
        return engine_of(self.loaded)

    def predict(self, columns: Mapping[str, Sequence[Any]]) -> Predictions:
        """Predict n > 0 rows given as equally long columns, None for missing. Raises MLS0664 (values that don't fit) and MLS0665."""
        return self.engine.columns(columns)


def open_model(
    folder: Path,
    digest: str,
    name: str,
    version: str,
    *,
    sealed: bool = True,
    online: Mapping[str, Any] | None = None,
    addresses: Mapping[str, str] | None = None,
) -> ServedModel:
    """Load the model in `folder` once its bytes have `digest`, and check its golden rows.

    `sealed`: where its folder keeps it compiled, and that holds here, scikit-learn is not imported: it is when a row needs it.

    `online`: as `ModelConfig` has it; `addresses`: of the stores that it names by variable.

    Raises MLS066x for other bytes or a broken folder (nothing was unpickled then), MLS0804 when golden rows differ. Which way it
    answers is decided here, once, and logged.
    """
    loaded = load_model(folder, digest, sealed=sealed)
    wrong = check_smoke(loaded)
    if wrong:
        raise problem("MLS0804", f"{name} {version} does not answer as it did at training: {wrong[0]}", help=_advice(loaded.signature))
    model = ServedModel(name, version, loaded, _lookup(name, version, loaded, online, addresses or {}))
    model.engine.fallbacks.forget()  # those of the golden rows
    told = " (scikit-learn is imported when a row needs it)" if model.engine.is_sealed else ""
    log.warning("%s %s is answered by %s: %s%s", name, version, model.engine.kind, model.engine.reason, told)
    return model


def _lookup(name: str, version: str, loaded: LoadedModel, form: Mapping[str, Any] | None, addresses: Mapping[str, str]) -> Lookup | None:
    found = settings(form)
    if form is not None and found is None:
        log.warning("%s %s reads no features by key: %s", name, version, form["why"])
    if found is None:
        return None
    if lacking := [feature for feature in loaded.signature.names if feature not in found.types]:
        log.warning("%s %s reads no features by key: features/%s has no column %s", name, version, found.name, lacking[0])
        return None
    log.warning("%s %s reads features that are left out from features/%s, in %s", name, version, found.name, found.place)
    return Lookup(found, addresses)


def _advice(signature: Signature) -> str:
    other = sorted(others(signature))
    trained = f"it was trained with {' and '.join(other)}: " if other else ""
    return trained + "install the locked requirements, or train and promote again"
