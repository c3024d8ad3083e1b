"""A model folder made by hand, and a generated folder to run stages in."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from collections.abc import Iterator
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


def _elsewhere(stage: str, params: dict[str, Any]) -> dict[str, Any]:
    """Where `RULES_ON` names a variable with Spark's address, all rules that can be are measured there: see unit/runtime/validate/test_on_spark.py."""
    variable = os.environ.get("RULES_ON") if stage == "validate" else None
    names = [rule["name"] for rule in params.get("rules", ()) if "python" not in rule and "drift" not in rule]
    return {"engine": {"spark": {variable: {"rules": [*names, "key"], "seconds": 300.0}}}} if variable else {}


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread for kernels, as in a process of a stage; else each fit looks for the libraries that have threads anew."""
    done = threading.Event()
    done.set()
    monkeypatch.setattr("mlspec.runtime.threads._pinned", done)


class Repository:
    """A repository on disk, and stages run in one generated folder of it."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "pipelines" / "data" / "rentals"
        self.folder.mkdir(parents=True)
        (root / "mlspec.yaml").write_text("kind: Project\n")

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return target

    def run(self, stage: str, params: dict[str, Any]) -> None:
        """Run a stage as DVC would, but in this process."""
        from mlspec.diagnostics import Problems
        from mlspec.runtime.__main__ import run_stage

        (self.folder / "params.yaml").write_text(json.dumps({stage: params} | _elsewhere(stage, params)))
        try:
            run_stage(stage, self.folder)
        except Problems as found:
            if os.environ.get("RULES_ON") and any(d.code == "MLS0539" for d in found.diagnostics):
                pytest.skip("Spark is not asked this")
            raise

    def fails(self, stage: str, params: dict[str, Any]) -> list[Any]:
        """Run a stage that must fail; return its diagnostics."""
        from mlspec.diagnostics import Problems

        with pytest.raises(Problems) as found:
            self.run(stage, params)
        return list(found.value.diagnostics)

    def parquet(self, name: str) -> Any:
        """A file of the folder as a pandas frame."""
        import pyarrow.parquet as pq

        return pq.read_table(self.folder / name).to_pandas()

    def put(self, name: str, columns: dict[str, Any]) -> None:
        """Write an input of a stage."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), self.folder / name)

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())


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
