"""The first hour with a file of one's own: init, validate, apply, run, gate. And a model that guesses in place of the sound one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.cli import git, mlspec
from support.newcomers import NEWCOMERS, Newcomer

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("make", NEWCOMERS, ids=lambda make: make.__name__)
def test_from_an_empty_folder_to_a_verdict(make: Callable[[], Newcomer], tmp_path: Path) -> None:
    newcomer, root = make(), tmp_path / "project"
    (root / "data").mkdir(parents=True)
    (root / "data" / newcomer.file).write_bytes(newcomer.content)
    git(root, "init", "-q", "-b", "main")
    said = mlspec(root, "init", "--name", "first", "--data", f"data/{newcomer.file}", "--target", newcomer.target, check=0).out
    assert [line for line in newcomer.found if line not in said] == []
    assert "error" not in mlspec(root, "validate", check=0).text
    mlspec(root, "apply", check=0)
    mlspec(root, "run", check=0)
    judged = mlspec(root, "gate", "model/first")
    assert judged.code == 0, judged.text

    model = root / "specs/models/first.yaml"
    dummy = "DummyRegressor" if newcomer.task == "regression" else "DummyClassifier"
    text = re.sub(r"class: \S+\n    params:\n      .*\n", f"class: sklearn.dummy.{dummy}\n", model.read_text())
    assert dummy in text
    model.write_text(text)
    mlspec(root, "apply", check=0)
    mlspec(root, "run", check=0)
    assert mlspec(root, "gate", "model/first").code == 1, "a model that guesses"
