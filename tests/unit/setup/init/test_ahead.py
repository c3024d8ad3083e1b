"""First specs of forecasts, quantiles and anomalies: what the file tells, what it does not, and that they run as written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from mlspec.diagnostics import Problems
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.language.kinds.model import ModelSpec
from mlspec.metrics.catalog import metric_names
from mlspec.setup.init.files import project_files
from mlspec.setup.init.inspect_data import inspect


def model(tmp_path: Path, frame: pd.DataFrame, task: str, target: str = "y") -> dict[str, Any]:
    """The spec of the Model that init writes, which is sound, as its KPIs are."""
    frame.to_csv(tmp_path / "d.csv", index=False)
    files = project_files("x", inspect(tmp_path, "d.csv", target, task), "")
    spec: dict[str, Any] = yaml.safe_load(files["specs/models/x.yaml"])["spec"]
    ModelSpec.model_validate(spec)
    kpis = KPISetSpec.model_validate(yaml.safe_load(files["specs/models/x-kpis.yaml"])["spec"]).kpis
    assert {kpi.metric for kpi in kpis} <= set(metric_names(task))
    return spec


def days(count: int = 200, **columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame({"day": pd.date_range("2024-01-01", periods=count), **columns, "y": rng.normal(size=count).round(3)})


def stores(*names: str) -> pd.DataFrame:
    return pd.concat([days(store=name, area=f"a{i % 2}", price=i + np.arange(200.0)) for i, name in enumerate(names)])


def test_a_series_of_days(tmp_path: Path) -> None:
    spec = model(tmp_path, days(), "forecast")
    assert "series" not in spec and spec["lags"] == [1, 7]
    assert spec["split"] == {"strategy": "rolling", "horizon": 7, "folds": 12}


def test_series_are_told_by_the_fewest_columns_and_nothing_else_is_taken_for_known(tmp_path: Path) -> None:
    spec = model(tmp_path, stores("n", "s", "w"), "forecast")
    assert spec["series"] == ["store"] and spec["features"] == {"exclude": ["area", "price"]}
    both = pd.concat([days(store=s, item=i) for s in "nw" for i in ("x1", "x2")])
    assert model(tmp_path, both, "forecast")["series"] == ["store", "item"]


def test_months_and_few_steps(tmp_path: Path) -> None:
    months = days(60).assign(day=pd.date_range("2019-01-01", periods=60, freq="MS"))
    spec = model(tmp_path, months, "forecast")
    assert spec["lags"] == [1, 12] and spec["split"] == {"strategy": "rolling", "horizon": 2, "folds": 12}
    with pytest.raises(Problems, match="20 steps of 1 d, too few"):
        model(tmp_path, days(20), "forecast")


def test_what_is_no_series_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="no column says when a row happened"):
        model(tmp_path, days().drop(columns="day"), "forecast")
    with pytest.raises(Problems, match="rows share the same `day`"):
        model(tmp_path, pd.concat([days(), days()]), "forecast")


def test_quantiles(tmp_path: Path) -> None:
    spec = model(tmp_path, days(), "quantile")
    assert spec["quantiles"] == [0.1, 0.5, 0.9] and spec["split"]["strategy"] == "time" and "baseline" not in spec


def test_anomalies_are_marked_by_one(tmp_path: Path) -> None:
    rows = days(size=np.arange(200.0)).drop(columns="day").assign(odd=[int(i % 20 == 0) for i in range(200)])
    spec = model(tmp_path, rows, "anomaly", "odd")
    assert spec["estimator"]["class"] == "sklearn.ensemble.IsolationForest" and spec["split"]["strategy"] == "stratified"
    with pytest.raises(Problems, match="is 1 for odd rows and 0 for others, and here are 3 values"):
        model(tmp_path, rows.assign(odd=[i % 3 for i in range(200)]), "anomaly", "odd")
