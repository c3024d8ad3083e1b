"""What `plan` says of a search that would run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.sections import search

from mlspec.compiler.project.graph import Stage
from mlspec.pipelines.plan.cost import cost

FOLDER = "pipelines/models/demand"


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (search(trials=30), "costs 30 trials x 3 folds = 90 fits"),
        (search(trials=30, prune="median"), "costs at most 30 trials x 3 folds = 90 fits"),
        (search("halving", trials=9), "costs 13 trials x 3 folds = 39 fits"),
        (
            search("grid", space={"a": {"choices": [1, 2]}, "b": {"low": 1, "high": 5, "type": "integer"}}),
            "costs 10 trials x 3 folds = 30 fits",
        ),
        (search(nested={"folds": 5}), "costs 8 trials x 3 folds = 24 fits, and as many in each of 5 outer folds"),
    ],
)
def test_fits(of: dict[str, Any], told: str, tmp_path: Path) -> None:
    stage = Stage("tune", "", (), (), {"search": of}, limits={"trials": "../../../kept"})
    assert cost(tmp_path, FOLDER, stage) == told
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/seconds.json").write_text('{"seconds": 4.2}')
    assert cost(tmp_path, FOLDER, stage) == f"{told}; last time 4.2 s"
    (tmp_path / "kept/seconds.json").write_text("{")
    assert cost(tmp_path, FOLDER, stage) == told
