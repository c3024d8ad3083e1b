"""The same bytes whatever the number of threads the environment asks for; real stages in real processes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROWS = 12_000


def columns() -> dict[str, Any]:
    dice = np.random.default_rng(5)
    made = {f"x{i}": dice.normal(size=ROWS) for i in range(8)}
    return {"id": np.arange(ROWS), **made, "y": sum(made.values()) + dice.normal(size=ROWS)}


def train(estimator: str, **params: Any) -> dict[str, Any]:
    preprocess = {
        "numeric": {"impute": "median", "scale": "standard"},
        "categorical": {"impute": "most_frequent", "encode": "onehot"},
        "text": {"vectorize": "tfidf", "params": {}},
    }
    chosen = {"estimator": {"class": estimator, "params": params}, "baseline": "mean", "seed": 7}
    return {"task": "regression", "target": "y", "key": ["id"], "features": {}, "types": {}, "preprocess": preprocess, **chosen}


def run_with(threads: int, folder: Path, params: dict[str, Any]) -> str:
    """Run the stage as DVC does; return the digest of the model it wrote."""
    (folder / "params.yaml").write_text(json.dumps({"train": params}))
    asked = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    subprocess.run([sys.executable, "-m", "mlspec.runtime", "train"], cwd=folder, env={**os.environ, **asked}, check=True)
    return hashlib.sha256((folder / "model" / "model.joblib").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("estimator", "params"),
    [
        ("sklearn.ensemble.HistGradientBoostingRegressor", {"max_iter": 20}),
        ("sklearn.linear_model.LinearRegression", {}),
        ("sklearn.ensemble.RandomForestRegressor", {"n_estimators": 6, "max_depth": 6, "n_jobs": -1}),
    ],
)
def test_a_model_is_the_same_bytes_on_any_number_of_cores(repository, estimator, params):
    repository.put("train.parquet", columns())
    digests = {run_with(threads, repository.folder, train(estimator, **params)) for threads in (1, 2, 8)}
    assert len(digests) == 1


def test_a_forest_with_threads_predicts_the_same_bits_every_time():
    """Its trees are added up by threads in any order, unless told not to."""
    import pandas as pd
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    from mlspec.runtime.predict import answer
    from mlspec.runtime.signature import Feature, Signature, libraries

    rows = pd.DataFrame(columns()).head(3000)
    features, target = rows[[f"x{i}" for i in range(8)]], rows["y"]
    signature = Signature("regression", "y", tuple(Feature(str(n), "numeric", "number") for n in features), None, libraries())
    forest = RandomForestRegressor(n_estimators=40, max_depth=8, random_state=1, n_jobs=8).fit(features, target)
    found = {answer(forest, signature, features).predicted.tobytes() for _ in range(8)}
    assert len(found) == 1 and forest.n_jobs == 8
    forest.set_params(n_jobs=1)
    assert found == {forest.predict(features).tobytes()}

    signature = Signature("binary", "y", signature.features, (0, 1), libraries())
    votes = RandomForestClassifier(n_estimators=40, max_depth=8, random_state=1, n_jobs=8).fit(features, (target > 0).astype(int))
    assert len({np.asarray(answer(votes, signature, features).proba).tobytes() for _ in range(8)}) == 1


def test_a_process_that_is_not_pinned_computes_with_one_thread_and_gets_its_threads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gates predict in the process of the command line."""
    from threadpoolctl import threadpool_info, threadpool_limits

    from mlspec.runtime import threads
    from mlspec.runtime.threads import one_thread

    monkeypatch.setattr(threads, "_pinned", threading.Event())  # the tests' own process is
    with threadpool_limits(limits=2):
        before = [pool["num_threads"] for pool in threadpool_info()]
        with one_thread():
            assert {pool["num_threads"] for pool in threadpool_info()} == {1}
        assert [pool["num_threads"] for pool in threadpool_info()] == before
