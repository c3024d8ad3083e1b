"""Fitted pipelines of every kind that `train` makes, small, as loaded models; and requests of random rows for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.runtime.artifact import LoadedModel
from mlspec.runtime.signature import Feature, Signature, libraries

FEATURES = (
    Feature("a", "numeric", "number"),
    Feature("b", "numeric", "number"),
    Feature("hour", "numeric", "integer"),
    Feature("warm", "numeric", "boolean"),
    Feature("day", "numeric", "date"),
    Feature("town", "categorical", "string"),
    Feature("band", "categorical", "integer"),
)
NUMERIC = {"impute": "median", "scale": "standard"}
CATEGORICAL = {"impute": "most_frequent", "encode": "onehot"}
TOWNS, BANDS = ["Ulm", "Köln", "x y", ""], [1, 2, 3, 40]
DAYS = ["2026-01-01", "2026-02-28", "1999-12-31", "2026-11-21T00:00:00"]


def frame(count: int = 120, seed: int = 0, missing: float = 0.1) -> Any:
    """Rows as a source holds them, some values missing."""
    import numpy as np
    import pandas as pd

    dice = np.random.default_rng(seed)
    columns: dict[str, list[Any]] = {
        "a": dice.normal(5, 3, count).round(2).tolist(),
        "b": dice.normal(-2, 40, count).tolist(),
        "hour": dice.integers(0, 24, count).tolist(),
        "warm": (dice.random(count) > 0.5).tolist(),
        "day": dice.choice(DAYS, count).tolist(),
        "town": dice.choice(TOWNS, count).tolist(),
        "band": dice.choice(BANDS, count).tolist(),
    }
    for values in columns.values():
        for i in np.flatnonzero(dice.random(count) < missing):
            values[i] = None
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


def columns(rows: Any) -> dict[str, list[Any]]:
    """A frame's rows as a request brings them."""
    return {name: rows[name].tolist() for name in rows.columns}


def fitted(
    estimator: Any,
    classes: int = 0,
    numeric: Mapping[str, str] = NUMERIC,
    categorical: Mapping[str, str] = CATEGORICAL,
    seed: int = 0,
) -> LoadedModel:
    """A pipeline as `train` makes it, fitted. `classes`: 0 for regression."""
    import numpy as np
    from sklearn.pipeline import Pipeline

    from mlspec.runtime.inputs import prepare
    from mlspec.runtime.train.folder import smoke
    from mlspec.runtime.train.preprocess import transformer

    rows = frame(seed=seed)
    hours = np.array([h or 0 for h in rows["hour"]])
    target: Any = 50 + 3.0 * hours + np.where(rows["town"] == "Ulm", 30, 0) + np.random.default_rng(seed).normal(size=len(rows))
    labels = None
    if classes:
        target = np.array([f"class {rank * classes // len(rows)}" for rank in target.argsort().argsort()])
        labels = tuple(sorted(set(target.tolist())))
    task = "regression" if not classes else "binary" if classes == 2 else "multiclass"
    signature = Signature(task, "y", FEATURES, labels, libraries())
    steps = transformer(signature, {"numeric": numeric, "categorical": categorical})
    model = Pipeline([("preprocess", steps), ("estimator", estimator)]).fit(prepare(signature, rows), target)
    return LoadedModel(model, signature, smoke(model, signature, rows), "sha256:none")
