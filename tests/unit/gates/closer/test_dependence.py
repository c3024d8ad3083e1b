"""Partial dependence: the slope of what is known, the same twice, and nothing of persons."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.closer_world import NAMES, made

from mlspec.gates.closer.dependence import dependences
from mlspec.gates.closer.importance import Importance, Importances
from mlspec.gates.closer.told import sections

NOBODY = frozenset[str]()
IMPORTANT = Importances("mae", tuple(Importance(name, 1.0, 0.5, 1.5) for name in NAMES), 400, 5)


def test_a_line_is_a_line(tmp_path: Path) -> None:
    bench, evidence = made(tmp_path)
    found = dependences(bench, evidence, IMPORTANT, NOBODY)
    assert [one.feature for one in found] == ["strong", "weak", "none"] and len(found[0].values) == 11
    first = found[0]
    slopes = [
        (b - a) / (float(y) - float(x)) for x, y, a, b in zip(first.values, first.values[1:], first.mean, first.mean[1:], strict=False)
    ]
    assert slopes == pytest.approx([10.0] * 10, abs=0.05), "the model is 10 strong + weak"
    assert all(low < mean < high for low, mean, high in zip(first.low, first.mean, first.high, strict=True))
    (section,) = sections(None, found)
    assert "Partial dependence" in str(section) and "mean answer" in str(section)


def test_the_probability_of_the_last_of_two_classes(tmp_path: Path) -> None:
    bench, evidence = made(tmp_path, classes=("no", "yes"))
    found = dependences(bench, evidence, IMPORTANT, NOBODY)
    assert found[0].what == "mean probability of yes" and found[0].mean[0] < 0.1 < 0.9 < found[0].mean[-1]


def test_personal_features_have_no_values_shown(tmp_path: Path) -> None:
    bench, evidence = made(tmp_path)
    found = dependences(bench, evidence, IMPORTANT, frozenset({"strong"}))
    assert [one.feature for one in found] == ["weak", "none"]


def test_what_can_not_be_asked_is_left_out(tmp_path: Path) -> None:
    bench, evidence = made(tmp_path)
    assert dependences(bench, evidence, IMPORTANT, NOBODY, seconds=0.0) == ()
    assert dependences(bench, evidence, None, NOBODY) == ()
    (bench.challenger.folder / "model.joblib").write_bytes(b"other bytes")
    assert dependences(bench, evidence, IMPORTANT, NOBODY) == ()
