"""One mistake does not hide the next: what is found beside a form error, and what is not said since it would be none."""

import pytest
from support.projects import PROJECT

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs

MODEL = """apiVersion: mlspec/v1
kind: Model
metadata: {{name: m}}
spec:
  task: {task}
  data: {data}
  target: y
  split: {{strategy: random}}
  estimator: {{class: sklearn.linear_model.Ridge}}
  {more}
"""


def codes(tmp_path, **parts: str) -> list[str]:
    text = MODEL.format(**{"task": "regression", "data": "none-such", "more": "", **parts})
    files = {"mlspec.yaml": PROJECT.encode(), "specs/m.yaml": text.encode()}
    found = compile_inputs(tmp_path, Inputs(files, present=frozenset({"requirements.lock"}))).diagnostics
    return sorted(d.code for d in found if d.span and d.span.path == "specs/m.yaml")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("tuning: {engine: optuna, trials: 3, metric: mae, space: {a: {low: 1, high: 2, type: float}}}", ["MLS0105", "MLS0302"]),
        ("sed: 3", ["MLS0101", "MLS0302"]),
        ("seed: x", ["MLS0103", "MLS0302"]),
        ("card: {intendedUse: 3}\n  command: python a.py", ["MLS0104", "MLS0106"]),
        ('card: {intendedUse: "${var.none}"}\n  seed: x', ["MLS0103", "MLS0207", "MLS0302"]),
    ],
)
def test_a_form_error_hides_no_other(tmp_path, more: str, expected: list[str]) -> None:
    assert codes(tmp_path, more=more) == expected


@pytest.mark.parametrize("more", ["split: 3", "trainer: 3", "estimatr: {class: a.B}"])
def test_what_was_taken_out_is_not_missed(tmp_path, more: str) -> None:
    """No check says that a part is missing which is there and wrong."""
    text = MODEL.format(task="regression", data="none-such", more=more)
    lines = [line for line in text.splitlines() if not (more[:5] == "estim" and line.startswith("  estimator:"))]
    lines = [line for i, line in enumerate(lines) if not (more[:5] == "split" and line.startswith("  split: {"))]
    files = {"mlspec.yaml": PROJECT.encode(), "specs/m.yaml": "\n".join(lines).encode()}
    found = compile_inputs(tmp_path, Inputs(files, present=frozenset({"requirements.lock"}))).diagnostics
    told = {d.code for d in found if d.span and d.span.path == "specs/m.yaml"}
    assert told <= {"MLS0101", "MLS0103", "MLS0106", "MLS0302"}, found
    assert sum(d.code in ("MLS0101", "MLS0103", "MLS0106") for d in found) == 1, found
