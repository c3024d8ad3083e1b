"""A model of three features that is known through and through, at a bench with its evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression

from mlspec.gates.bench import Bench
from mlspec.gates.judge import Evidence
from mlspec.gates.scoring.contestant import Contestant
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.runtime.artifact import digest_folder
from mlspec.runtime.predict import Predictions
from mlspec.runtime.signature import Feature, Signature

NAMES = ("strong", "weak", "none")
FEATURES = tuple(Feature(name, "numeric", "number") for name in NAMES)


def made(folder: Path, rows: int = 400, *, classes: tuple[Any, ...] | None = None) -> tuple[Bench, Evidence]:
    """The target is 10 strong + weak; or whether that is above 0."""
    generator = np.random.default_rng(1)
    frame = pd.DataFrame({name: generator.normal(size=rows) for name in NAMES})
    target = 10 * frame["strong"] + frame["weak"] + generator.normal(size=rows) * 0.1
    truth = target.to_numpy() if classes is None else np.where(target > 0, "yes", "no").astype(object)
    model = (LinearRegression() if classes is None else LogisticRegression()).fit(frame, truth)
    frame.assign(target=truth).to_parquet(folder / "test.parquet", index=False)
    (folder / "model").mkdir()
    signature = Signature("regression" if classes is None else "binary", "target", FEATURES, classes, {})
    joblib.dump(model, folder / "model/model.joblib")
    (folder / "model/signature.json").write_text(json.dumps(signature.to_json()))
    (folder / "model/smoke.json").write_text(json.dumps({"inputs": [], "outputs": []}))
    one = Contestant("the candidate, m", folder / "model", digest_folder(folder / "model"), signature)
    bench = Bench(folder, {}, rows, folder / "test.parquet", folder / "test.parquet", one, one)
    proba = None if classes is None else model.predict_proba(frame)
    answers = Predictions(np.asarray(model.predict(frame), dtype=object if classes else float), proba, classes)
    return bench, Evidence(signature.task, truth, answers, answers, seed=3)


def spec(*kpis: Any) -> KPISetSpec:
    """The KPIs that judge; `mae <= 5` if none is given."""
    return KPISetSpec.model_validate({"model": "m", "kpis": list(kpis) or ["mae <= 5"]})
