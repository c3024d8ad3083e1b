"""`mlspec forget` on a project that was trained for real: what saw a shop is followed from its rows to the model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.cli import command, mlspec
from support.shared import Shared
from support.trained import trained_of

pytestmark = pytest.mark.e2e


def test_from_rows_to_the_model(shared: Shared, tmp_path: Path) -> None:
    command(tmp_path, "cp", "-r", f"{trained_of(shared)}/.", ".", check=0)
    root = tmp_path / "project"
    found = json.loads(mlspec(root, "forget", "--key", "north", "--format", "json", check=0).out)
    assert (found["state"], found["models"]) == ("seen", {"model/demand": "seen"})
    seen = {path for s in found["snapshots"] if s["state"] == "seen" for path in s["paths"]}
    assert {"data/sales.csv", "pipelines/data/sales/valid.parquet", "pipelines/models/demand/model"} <= seen
    assert "pipelines/data/sales/quarantine.parquet" not in seen, "no row of it was put aside"
    assert "`mlspec run model/demand`: it is trained without the rows" in found["plan"]

    nobody = json.loads(mlspec(root, "forget", "--key", "nowhere", "--format", "json", check=0).out)
    assert (nobody["state"], nobody["models"], nobody["snapshots"], nobody["plan"]) == ("clean", {"model/demand": "clean"}, [], [])

    shutil.rmtree(root / ".dvc/cache")
    unknown = json.loads(mlspec(root, "forget", "--key", "nowhere", "--format", "json", check=0).out)
    assert (unknown["state"], unknown["models"]) == ("unknown", {"model/demand": "unknown"})
    assert "could not be looked at" in unknown["unsure"][0]
