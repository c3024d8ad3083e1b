"""A model folder made by hand, and a generated folder to run stages in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def write_model(folder: Path, estimator: Any, signature: Any, smoke: Any = None) -> Path:
    import joblib

    folder.mkdir(parents=True)
    joblib.dump(estimator, folder / "model.joblib")
    (folder / "signature.json").write_text(json.dumps(signature.to_json()))
    (folder / "smoke.json").write_text(json.dumps(smoke or {"inputs": [], "outputs": []}))
    return folder


@pytest.fixture
def ridge_folder(tmp_path: Path) -> Path:
    """A Ridge on `a` (integer) and `b` (number): predicts a + 2 b."""
    import pandas as pd
    from sklearn.linear_model import Ridge

    from mlspec.runtime.signature import Feature, Signature, libraries

    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 5.0], "b": [0.0, 3.0, 1.0, 2.0]})
    model = Ridge(alpha=1e-9).fit(frame, frame.a + 2 * frame.b)
    features = (Feature("a", "numeric", "integer"), Feature("b", "numeric", "number"))
    signature = Signature("regression", "y", features, None, libraries())
    return write_model(tmp_path / "model", model, signature, {"inputs": [{"a": 1, "b": 3.0}], "outputs": [7.0]})
