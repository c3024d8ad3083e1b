"""Many models of a ModelSet end in one table."""

import json
from pathlib import Path

import pytest
from support.projects import PROJECT, SOURCE, workspace_at

from mlspec.compiler.project.layout import model_folder
from mlspec.pipelines.run.rankings import ranking_lines
from mlspec.pipelines.run.summary import Ranked, Ranking, model_lines, rankings
from mlspec.pipelines.workspace import Workspace

SET = """apiVersion: mlspec/v1
kind: ModelSet
metadata: {name: shops}
spec:
  forEach: {list: [north, south, east, west, none]}
  template:
    metadata: {name: "m-${each.value}"}
    spec: {task: regression, data: sales, target: count, split: {strategy: random}, estimator: {class: sklearn.linear_model.Ridge}}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = workspace_at(tmp_path, {"mlspec.yaml": PROJECT, "specs/source.yaml": SOURCE, "specs/set.yaml": SET})
    for name, value in {"north": 3.0, "south": 14400.5, "east": 1.5, "west": None}.items():
        folder = tmp_path / model_folder(f"m-{name}")
        folder.mkdir(parents=True)
        form = {"metrics": {"mae": {"value": value, "low": value, "high": value}}, "baseline": {"mae": {"value": 20.0}}}
        (folder / "evaluation.json").write_text(json.dumps(form))
    return found


def test_the_best_stands_first_and_what_has_no_value_last(workspace: Workspace) -> None:
    (found,) = rankings(workspace.root, workspace.project.names)
    assert [m.model for m in found.models] == ["m-east", "m-north", "m-south", "m-west"]
    assert model_lines(workspace.root, workspace.project.names) == []
    lines = list(ranking_lines(found))
    assert lines[0] == "  modelset/shops: 4 models by mae, the best first"
    assert lines[4].split() == ["3", "m-south", "14,400", "(14,400", "to", "14,400)", "20"]


def test_few_get_a_line_each(workspace: Workspace) -> None:
    refs = ["model/m-east", "model/m-north"]
    assert list(rankings(workspace.root, workspace.project.names, refs)) == []
    assert len(model_lines(workspace.root, workspace.project.names, refs)) == 2


def test_greater_is_better_where_the_metric_says_so_and_the_middle_is_left_out() -> None:
    models = tuple(Ranked(f"m{i:03}", i / 100, None, None, None) for i in range(100))
    lines = list(ranking_lines(Ranking("many", "r2", models)))
    assert len(lines) == 1 + 1 + 20 + 1 + 10
    assert "70 more between" in lines[22]
    assert lines[-1].split()[:2] == ["100", "m099"]
