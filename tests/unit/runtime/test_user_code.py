"""What a function of the user's is handed: by the names of its parameters, else in order; never one thing under another's name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mlspec.diagnostics import Problems
from mlspec.runtime.user_code import call_declared

SETTINGS = {"seed": 7, "alpha": 1}


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Call a function that is written as its heading, and returns what it got."""
    (tmp_path / "a.txt").write_text("a")
    monkeypatch.setattr(sys, "path", list(sys.path))

    def call(
        heading: str, *given: object, params: dict[str, int] | None = None, settings: dict[str, int] | None = None
    ) -> dict[str, object]:
        name = f"called{len(list(tmp_path.glob('called*')))}_{tmp_path.name}".replace("-", "_")
        (tmp_path / f"{name}.py").write_text(f"def f({heading}):\n    return locals()\n")
        section = {"callable": f"{name}:f", "inputs": {"a": "a.txt"}, **({"params": params} if params else {})}
        return dict(call_declared(tmp_path, section, *given, settings=settings))

    return call


@pytest.mark.parametrize(
    "heading", ["", "inputs", "params", "inputs, params", "params, inputs", "a, b", "*, params", "a, params", "a, inputs"]
)
def test_a_source(calls, tmp_path: Path, heading: str) -> None:
    inputs = {"a": tmp_path / "a.txt"}
    found = calls(heading)
    first = "params" if heading == "a, inputs" else "inputs"
    expected = {"inputs": inputs, "params": {}, "a": {"inputs": inputs, "params": {}}[first], "b": {}}
    assert found == {name: expected[name] for name in found}
    assert list(found) == [word.strip() for word in heading.split(",") if word.strip() not in ("", "*")]


@pytest.mark.parametrize(
    "heading",
    ["x, y", "x, y, params", "x, y, seed", "x, y, inputs", "x, y, params, inputs", "x, y, inputs, params", "x, y, seed, inputs", "x, y, inputs, seed",
     "x, y, seed, more", "x, y, seed, /, inputs", "x, y, *, inputs"],
)  # fmt: skip
def test_a_trainer(calls, tmp_path: Path, heading: str) -> None:
    own = {"seed": 7, "alpha": 2}
    found = calls(heading, 1, 2, params={"alpha": 2} if "params" in heading or "seed" in heading else None, settings=SETTINGS)
    expected = {"x": 1, "y": 2, "params": own, "seed": own, "inputs": {"a": tmp_path / "a.txt"}, "more": {"a": tmp_path / "a.txt"}}
    assert found == {name: expected[name] for name in found}


def test_params_of_the_spec_that_nothing_takes_are_told(calls) -> None:
    with pytest.raises(Problems, match="MLS0602"):
        calls("x, y, inputs", 1, 2, params={"alpha": 2}, settings=SETTINGS)
    assert calls("x, y, inputs", 1, 2, settings=SETTINGS)["x"] == 1
