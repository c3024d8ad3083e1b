"""A model folder made by hand, and a generated folder to run stages in."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.stage_folder import Repository


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


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread for kernels, as in a process of a stage; else each fit looks for the libraries that have threads anew."""
    done = threading.Event()
    done.set()
    monkeypatch.setattr("mlspec.runtime.threads._pinned", done)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """An empty repository; what it puts on `sys.path` and imports is taken back afterwards."""
    import sys

    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield Repository(tmp_path / "repo")
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ("src", "checks"):
            del sys.modules[name]


START = dt.datetime.fromisoformat("2026-01-01")
HOURS = 120


class FeatureWorld:
    """`spec` are the stage's parameters; `make` runs it."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        times = [START + dt.timedelta(hours=i) for i in range(HOURS)]
        temps = [None if i % 7 == 3 else float(i * 37 % 11) for i in range(HOURS)]
        repository.put("rentals.parquet", {"timestamp": times, "count": [float(i * 17 % 23) for i in range(HOURS)], "temp": temps})
        issued = [t - dt.timedelta(hours=2 if i % 5 else -3) for i, t in enumerate(times)]
        repository.put("weather.parquet", {"valid_at": times, "issued_at": issued, "wind": [float(i % 13) for i in range(HOURS)]})
        self.spec: dict[str, Any] = {
            "inputs": {
                "rentals": {"path": "rentals.parquet", "time": "timestamp"},
                "weather": {"path": "weather.parquet", "time": "issued_at"},
            },
            "spine": "rentals",
            "key": ["timestamp"],
            "timeColumn": "timestamp",
            "sql": "../../../features/hourly.sql",
            "lookAhead": {"cuts": 12, "seed": 7},
        }

    def sql(self, text: str) -> None:
        self.repository.write("features/hourly.sql", text)

    def make(self, text: str | None = None, **more: Any) -> Any:
        """The rows of the set, as a frame."""
        if text is not None:
            self.sql(text)
        self.repository.run("features", {**self.spec, **more})
        return self.repository.parquet("features.parquet")

    def fails(self, text: str | None = None, **more: Any) -> list[Any]:
        if text is not None:
            self.sql(text)
        return self.repository.fails("features", {**self.spec, **more})


@pytest.fixture
def world(repository: Repository) -> FeatureWorld:
    return FeatureWorld(repository)
