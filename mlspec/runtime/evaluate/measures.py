"""What is measured once: the model's size, its latency, whether a second training predicts the same, how alike halves are."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.metrics.tasks import TASKS
from mlspec.runtime.artifact import LoadedModel, digest_folder, load_model
from mlspec.runtime.context import Context

if TYPE_CHECKING:
    import pandas as pd

LATENCY_CALLS = 200


def measure(context: Context, model: LoadedModel, train: pd.DataFrame, test: pd.DataFrame, answers: Any) -> dict[str, Any]:
    """Return {measure: value} for those that `measure` of the section names: bytes, seconds, true or false."""
    wanted = context.params.get("measure", ())
    found: dict[str, Any] = {}
    if "model_size" in wanted:
        found["model_size"] = folder_size(context.need("model"))
    if "latency_p99" in wanted:
        found["latency_p99"] = latency_p99(model, test)
    if "reproducible" in wanted:
        found["reproducible"] = reproducible(context, train, test, answers)
    if "stability" in wanted:
        from mlspec.metrics.evaluation import number
        from mlspec.runtime.resampled import refitted, stability

        section = context.params["train"]
        again = refitted(context.root, section, train, test, context.params.get("group"))
        found["stability"] = number(stability(answers.predicted, again, clusters=TASKS[section["task"]].is_cluster))
    return found


def folder_size(folder: Path) -> int:
    """Bytes of all files of a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def latency_p99(model: LoadedModel, test: pd.DataFrame) -> float:
    """Seconds of the 99th percentile of one-row predictions, after ten to warm up."""
    from mlspec.runtime.predict import predict

    test = alone(model, test)
    rows = [test.iloc[[i % len(test)]] for i in range(LATENCY_CALLS + 10)]
    seconds = []
    for row in rows:
        began = time.perf_counter()
        predict(model, row)
        seconds.append(time.perf_counter() - began)
    return round(float(np.quantile(seconds[10:], 0.99)), 6)


def alone(model: LoadedModel, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that a model answers one by one: of a forecast that looks back those right after an origin."""
    if model.signature.history is None:
        return rows
    from mlspec.runtime.inputs import prepare

    found: pd.DataFrame = rows.loc[model.estimator.alone(prepare(model.signature, rows))]
    return found


def reproducible(context: Context, train: pd.DataFrame, test: pd.DataFrame, answers: Any) -> bool:
    """Train again with the same section, and compare the predictions on the test rows."""
    import tempfile

    from mlspec.runtime.predict import predict_by_own
    from mlspec.runtime.train import train_model
    from mlspec.runtime.tune.apply import tuned

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "model"
        train_model(context.root, tuned(context.params["train"], context.need("model")), train, folder)
        again = predict_by_own(load_model(folder, digest_folder(folder)), test)
    return same_answers(again, answers)


def same_answers(again: Any, answers: Any) -> bool:
    """Whether two models answer the same rows alike: labels exactly, values to 1e-9."""
    if answers.classes is None:
        return bool(np.allclose(again.predicted, answers.predicted, rtol=1e-9, atol=0))
    return bool((again.predicted == answers.predicted).all())
