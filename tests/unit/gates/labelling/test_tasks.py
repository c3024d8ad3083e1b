from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mlspec.diagnostics import Problems
from mlspec.gates.labelling.tasks import Control, Export, read_export, task

TOPIC = {"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["login"]}}
STARS = {"from_name": "stars", "to_name": "text", "type": "rating", "value": {"rating": 4}}


def spec(export: str | None = "export.json", control: str | None = None) -> Any:
    studio = None if export is None else SimpleNamespace(export=export, control=control)
    return SimpleNamespace(label_studio=studio, label="topic", key="id")


def exported(root: Path, *results: Any, key: Any = 1) -> Path:
    tasks = [
        {"id": 9, "data": {"id": key, "text": "…"}, "annotations": [{"result": list(results)}]},
        {"id": 10, "data": {"id": 2}, "annotations": []},
    ]
    (root / "export.json").write_text(json.dumps(tasks))
    return root


@pytest.mark.parametrize(
    ("results", "control", "expected"),
    [
        ([TOPIC], None, Control("topic", "text", "choices")),
        ([TOPIC, STARS], None, Control("topic", "text", "choices")),
        ([TOPIC, STARS], "stars", Control("stars", "text", "rating")),
        ([STARS], None, Control("stars", "text", "rating")),
        ([STARS, STARS | {"from_name": "other"}], None, None),
        ([], None, None),
        ([{"from_name": "spans", "to_name": "text", "type": "labels"}], None, None),
    ],
)
def test_the_control_is_the_one_of_the_label(tmp_path: Path, results: list[Any], control: str | None, expected: Control | None) -> None:
    found = read_export(exported(tmp_path, *results), spec(control=control))
    assert found.control == expected
    assert found.columns == ("id", "text")
    assert found.data["1"] == {"id": 1, "text": "…"}


def test_other_exports_tell_nothing_and_a_broken_one_is_told(tmp_path: Path) -> None:
    assert read_export(tmp_path, spec(None)) == read_export(tmp_path, spec("labels.csv")) == Export()
    (tmp_path / "export.json").write_text('[{"id": 1, "topic": "login"}]')
    assert read_export(tmp_path, spec()) == Export()
    (tmp_path / "export.json").write_text("[{")
    with pytest.raises(Problems) as problems:
        read_export(tmp_path, spec())
    assert problems.value.diagnostics[0].code == "MLS0690"


def test_a_task_has_the_prediction_as_the_control_has_labels() -> None:
    choices = task({"id": 5}, "a|b", 0.75, "topics 01", Control("topic", "text", "choices"))
    assert choices == {
        "data": {"id": 5},
        "predictions": [
            {
                "model_version": "topics 01",
                "score": 0.75,
                "result": [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["a", "b"]}}],
            }
        ],
    }
    rating = task({}, 4, 0.5, "m", Control("stars", "text", "rating"))
    assert rating["predictions"][0]["result"][0]["value"] == {"rating": 4}
    assert task({"id": 5}, "a", 1.0, "m", None) == {"data": {"id": 5}}
