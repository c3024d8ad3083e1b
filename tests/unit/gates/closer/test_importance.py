"""Permutation importance: what it finds, that it asks the shut-in process and no other, and where it stops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.closer_world import NAMES, made, spec

from mlspec.gates.bench import Bench
from mlspec.gates.closer import importance as module
from mlspec.gates.closer.importance import importances, metric_of
from mlspec.gates.judge import Evidence
from mlspec.runtime.predict import Predictions


def test_what_a_model_hangs_on(tmp_path: Path) -> None:
    found = importances(*made(tmp_path), spec())
    assert found is not None
    assert (found.metric, found.rows, found.repeats, found.note) == ("mae", 400, 5, "")
    assert [one.feature for one in found.found] == list(NAMES)
    strong, weak, none = found.found
    assert 9 < strong.value < 13 and strong.low > 8 and strong.high > strong.value
    assert 0.5 < weak.value < 1.3 and weak.low > 0
    assert abs(none.value) < 0.01


def test_the_same_again(tmp_path: Path) -> None:
    bench, evidence = made(tmp_path)
    assert importances(bench, evidence, spec()) == importances(bench, evidence, spec())


def test_of_classes_more_is_better(tmp_path: Path) -> None:
    found = importances(*made(tmp_path, classes=("no", "yes")), spec("roc_auc >= 0.5"))
    assert found is not None and found.metric == "roc_auc"
    assert found.found[0].feature == "strong" and 0.3 < found.found[0].value < 0.6


def test_many_features_are_asked_for_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, evidence = made(tmp_path)
    whole = importances(bench, evidence, spec())
    monkeypatch.setattr(module, "CELLS", 400 * 3 * 2)
    asked: list[int] = []
    ask = Bench.answers
    monkeypatch.setattr(Bench, "answers", lambda self, rows, count, seconds: asked.append(count) or ask(self, rows, count, seconds))
    assert importances(bench, evidence, spec()) == whole
    assert asked == [800, 400] * 5


def test_many_rows_are_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 120)
    found = importances(*made(tmp_path), spec())
    assert found is not None and found.rows == 120 and found.found[0].feature == "strong"


def test_no_more_is_asked_when_the_time_is_up(tmp_path: Path) -> None:
    found = importances(*made(tmp_path), spec(), seconds=0.0)
    assert found is not None
    assert (found.repeats, found.found, found.note) == (0, (), "0 s were up")


def test_a_model_that_fails_is_told_and_fails_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, evidence = made(tmp_path)
    (bench.challenger.folder / "model.joblib").write_bytes(b"other bytes")
    found = importances(bench, evidence, spec())
    assert found is not None and not found.found and found.note.startswith("the candidate, m: ")


@pytest.mark.parametrize(
    ("task", "kpis", "expected"),
    [
        ("regression", ["bias <= 1", "max_error <= 9", "rmse <= 2"], "rmse"),
        ("regression", [{"metric": "model_size", "max": 9}], "mae"),
        ("binary", ["brier <= 0.2"], "accuracy"),
        ("binary", ["selection_rate <= 0.5", "f1 >= 0.5"], "f1"),
    ],
)
def test_the_metric_is_that_of_the_first_kpi_with_a_direction(task: str, kpis: list[Any], expected: str) -> None:
    answers = Predictions(np.zeros(1), None, None)
    assert metric_of(spec(*kpis), Evidence(task, np.zeros(1), answers, answers)) == expected
