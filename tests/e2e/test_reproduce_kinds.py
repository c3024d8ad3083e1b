"""`mlspec reproduce` of models on everything that rows are made of: feature sets, labels, sources of sources, Steps, a set's member."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support import inputs_world, label_world
from support.cli import command, commit, mlspec, repository
from support.feature_specs import FEATURE_SPECS, promo_rows
from support.made_specs import MADE_SPECS
from support.projects import SPECS, sales_rows
from support.step_specs import STEP_SPECS

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SET = """\
apiVersion: mlspec/v1
kind: ModelSet
metadata: {name: shops}
spec:
  forEach: {list: [north, south]}
  template:
    metadata: {name: "shop-${each.value}"}
    spec:
      task: regression
      data: sales
      target: count
      where: "shop = '${each.value}'"
      split: {strategy: time, test: 25%}
      estimator: {class: sklearn.ensemble.RandomForestRegressor, params: {n_estimators: 5}}
"""


def again(root: Path, model: str = "model/demand") -> dict[str, str]:
    """Run all, commit, throw away what was computed here but for what DVC keeps, and make the model again: {stage: state}."""
    mlspec(root, "run", check=0)
    commit(root, "Train")
    found = mlspec(root, "reproduce", model, "--here", "--format", "json")
    assert found.code == 0, found.text
    told: dict[str, Any] = json.loads(found.out)
    assert told["verdict"] == "identical" and told["digest"] == told["again"]
    return {s["stage"]: s["state"] for s in told["stages"]}


def made(folder: Path, files: Mapping[str, str]) -> Path:
    return repository(folder, {"data/sales.csv": sales_rows(), **files})


def test_on_a_feature_set(tmp_path: Path) -> None:
    states = again(made(tmp_path, {**FEATURE_SPECS, "data/promos.csv": promo_rows()}))
    assert states["features/daily:features"] == "same" and states["source/promos:ingest"] == "read"


def test_on_sources_made_of_sources_which_are_made_again(tmp_path: Path) -> None:
    states = again(made(tmp_path, MADE_SPECS | {"requirements.lock": "# locked\n"}))
    assert states["source/sales:ingest"] == "same" and states["source/orders:ingest"] == "read"


def test_with_the_steps_that_its_kpis_name(tmp_path: Path) -> None:
    states = again(made(tmp_path, STEP_SPECS))
    assert states["step/report:step"] == "same" and "step/pack:step" not in states


def test_on_settled_labels(tmp_path: Path) -> None:
    states = again(made(tmp_path, label_world.files()), "model/topics")
    assert states["labels/ticket-topics:labels"] == "same" and states["model/topics:train"] == "same"


def test_of_a_set_with_data_that_dvc_tracks_and_a_source_whose_code_reads_no_more(tmp_path: Path) -> None:
    """One member alone is made again. The rows of the source come by content: its file is no part of the commit, and gone."""
    files = {
        k: v for k, v in SPECS.items() if k not in ("specs/demand.yaml", "specs/demand-kpis.yaml") and not k.startswith("environments/")
    }
    root = repository(tmp_path, {**files, "data/sales.csv": sales_rows(), "specs/shops.yaml": SET})
    command(root, "git", "rm", "--quiet", "--cached", "data/sales.csv", check=0)
    command(root, "dvc", "add", "--quiet", "data/sales.csv", check=0)
    states = again(root, "model/shop-north")
    assert states["source/sales:ingest"] == "read" and "model/shop-south:train" not in states


def test_on_python_with_inputs(tmp_path: Path) -> None:
    states = again(repository(tmp_path, dict(inputs_world.SPECS)))
    assert states["source/sales:ingest"] == "read" and states["model/demand:train"] == "same"


def test_with_a_search_which_is_made_again(tmp_path: Path) -> None:
    """Its trials that ended are kept beside the workspace: a clone has none, and searches."""
    grid = "\n  tuning: {engine: grid, metric: mae, folds: 3, space: {alpha: {choices: [0.1, 1, 10]}}}\n"
    states = again(made(tmp_path, {**SPECS, "specs/demand.yaml": SPECS["specs/demand.yaml"].rstrip("\n") + grid}))
    assert states["model/demand:tune"] == "same" and states["model/demand:train"] == "same"
