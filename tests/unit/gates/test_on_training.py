"""Training rows are answered by the shut-in process, a sample of many, and nothing fails where they can't be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeRegressor
from support.closer_world import NAMES, made, spec

from mlspec.gates import on_training as module
from mlspec.gates.bench import Bench
from mlspec.gates.on_training import on_training
from mlspec.gates.overfit import training_line
from mlspec.gates.overview import metric_rows
from mlspec.runtime.artifact import digest_folder
from mlspec.runtime.predict import Predictions


def bench_of(folder: Path, **more: Any) -> Bench:
    return replace(made(folder)[0], params={"task": "regression", "target": "target"}, **more)


def test_a_model_that_knows_its_training_rows_by_heart_is_told(tmp_path: Path) -> None:
    """A tree to the last leaf: no error on the rows that it saw, and twice the noise's on those that it did not."""
    bench, _ = made(tmp_path)
    rows = pd.read_parquet(bench.test)
    rows["target"] = np.random.default_rng(2).normal(size=len(rows))
    train, test = rows[:200], rows[200:]
    train.to_parquet(tmp_path / "train.parquet", index=False)
    tree = DecisionTreeRegressor(random_state=0).fit(train[list(NAMES)], train["target"])
    joblib.dump(tree, tmp_path / "model/model.joblib")
    one = replace(bench.challenger, digest=digest_folder(tmp_path / "model"))
    bench = replace(bench, params={"task": "regression", "target": "target"}, train=tmp_path / "train.parquet", challenger=one)
    _, evidence = made_of(tree, test)
    found = metric_rows(["mae"], evidence, evidence.resampling(spec()), on_training(bench))
    assert found[0].train == 0.0
    assert training_line(found).startswith("mae 0 on training rows and 1.")
    assert training_line(found).endswith("worse)")


def made_of(tree: Any, test: pd.DataFrame) -> tuple[None, Any]:
    from mlspec.gates.judge import Evidence

    answers = Predictions(tree.predict(test[list(NAMES)]), None, None)
    return None, Evidence("regression", test["target"].to_numpy(), answers, answers)


def test_many_rows_are_sampled_evenly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 5)
    bench = bench_of(tmp_path)
    found = on_training(bench)
    assert found is not None
    rows = pd.read_parquet(bench.train)["target"].to_numpy()
    assert found[0].tolist() == rows[[0, 99, 199, 299, 399]].tolist()
    assert len(found[1].predicted) == 5


def test_rows_without_a_target_are_left_out(tmp_path: Path) -> None:
    bench = bench_of(tmp_path)
    rows = pd.read_parquet(bench.train)
    rows.loc[3:, "target"] = None
    rows.to_parquet(tmp_path / "train.parquet", index=False)
    found = on_training(replace(bench, train=tmp_path / "train.parquet"))
    assert found is not None and len(found[0]) == 3
    rows.assign(target=None).to_parquet(tmp_path / "train.parquet", index=False)
    assert on_training(replace(bench, train=tmp_path / "train.parquet")) is None


def test_a_model_that_fails_there_fails_nothing(tmp_path: Path) -> None:
    bench = bench_of(tmp_path)
    (bench.challenger.folder / "model.joblib").write_bytes(b"other bytes")
    assert on_training(bench) is None


def test_queries_are_taken_whole() -> None:
    import pyarrow as pa

    from mlspec.gates.on_training import some_rows

    table = pa.table({"q": np.repeat([f"q{i}" for i in range(30)], 10)})
    kept = some_rows(table, "q", 100)
    assert kept is not None and set(pd.Series(table["q"].to_pylist())[kept].value_counts()) == {10} and len(kept) == 100
    assert some_rows(table, "q", 300) is None
    spread = some_rows(table, None, 100)
    assert spread is not None and len(spread) == 100
