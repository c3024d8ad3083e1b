"""What a second training reads is brought by content, whoever trains: a function or a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.gates.ruling import bring_inputs
from mlspec.pipelines import tracked


@pytest.mark.parametrize("section", ["trainer", "command"])
def test_the_declared_inputs_are_brought(section: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brought: list[str] = []
    monkeypatch.setattr(tracked, "bring", lambda root, path: brought.append(path))
    bring_inputs(tmp_path, {section: {"inputs": {"a": "data/a.csv", "b": "data/b"}}, "seed": 7})
    assert brought == ["data/a.csv", "data/b"]


def test_a_model_that_reads_nothing_else_brings_nothing(tmp_path: Path) -> None:
    bring_inputs(tmp_path, {"estimator": {"class": "x"}})
