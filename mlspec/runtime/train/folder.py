"""Writes a model folder: the pickled estimator, what it takes, and rows with its own answers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics.atomic import to_json
from mlspec.runtime.artifact import MODEL, SIGNATURE, SMOKE, LoadedModel
from mlspec.runtime.compiled.kept.keep import kept as compiled
from mlspec.runtime.decision import DECISION
from mlspec.runtime.inputs import prepare
from mlspec.runtime.predict import answer
from mlspec.runtime.signature import Signature
from mlspec.runtime.train.decided import Decided

if TYPE_CHECKING:
    import pandas as pd

SMOKE_ROWS = 5


def write_model(folder: Path, fitted: Any, signature: Signature, rows: pd.DataFrame, *, kept: bool = True) -> None:
    """Write `model.joblib`, `signature.json` and `smoke.json` into an empty folder; with `kept`, what it compiles to, too."""
    import joblib

    joblib.dump(fitted, folder / MODEL, protocol=5)
    (folder / SIGNATURE).write_text(to_json(signature.to_json()), encoding="utf-8", newline="\n")
    if isinstance(fitted, Decided):
        (folder / DECISION).write_text(to_json(fitted.facts), encoding="utf-8", newline="\n")
    golden = smoke(fitted, signature, rows)
    (folder / SMOKE).write_text(to_json(golden), encoding="utf-8", newline="\n")
    if kept:
        for name, data in compiled(LoadedModel(fitted, signature, golden, "")).items():
            (folder / name).write_bytes(data)


def smoke(fitted: Any, signature: Signature, rows: pd.DataFrame) -> dict[str, Any]:
    """Up to five training rows, evenly spread, as the model takes them, with its answers; null for missing."""
    import numpy as np

    if signature.history is not None:
        rows = rows.loc[fitted.alone(prepare(signature, rows))]
    chosen = rows.iloc[sorted({int(i) for i in np.linspace(0, len(rows) - 1, SMOKE_ROWS)} if len(rows) else ())]
    inputs = [{f.name: _plain(row[f.name]) for f in signature.features} for _, row in chosen.iterrows()]
    found = answer(fitted, signature, prepare(signature, chosen))
    return {"inputs": inputs, "outputs": [_plain(v) for v in found.predicted]}


def _plain(value: Any) -> Any:
    """A scalar as JSON has it."""
    import numpy as np

    if isinstance(value, tuple) or np.ndim(value):
        return [_plain(one) for one in value]
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, str):
        return value  # `NaT` and `<NA>` are text, too
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "NaT"):
        return None
    return value if isinstance(value, int | float | bool) else value.isoformat()
