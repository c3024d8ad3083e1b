"""What can't be searched is told by `validate`, at its place; and of what changes nothing, nothing changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.projects import MODEL, PROJECT, SPECS, write_project

from mlspec.compiler.lint import Wish
from mlspec.compiler.pipeline import compile_root

SAMPLE = """\
  tuning:
    engine: optuna
    trials: 30
    metric: mae
    folds: 5
    space:
      learning_rate: {low: 0.01, high: 0.3, log: true}
      max_leaf_nodes: {low: 15, high: 127, type: integer}
    workers: 4
"""
TREES = MODEL.replace(
    "{class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}", "{class: sklearn.ensemble.HistGradientBoostingRegressor}"
)


def compiled(tmp_path: Path, model: str) -> Any:
    return compile_root(write_project(tmp_path, SPECS | {"specs/demand.yaml": model}), wish=Wish(ignore=("MLS1021",)))


def told(tmp_path: Path, tuning: str, model: str = MODEL) -> list[tuple[str, str, str, str | None]]:
    found = compiled(tmp_path, f"{model}  tuning: {tuning}\n").diagnostics
    return [(d.code, f"{d.span.line}:{d.span.column}" if d.span else "", d.message, d.help) for d in found if d.severity == "error"]


def section(tmp_path: Path, model: str) -> Any:
    graph = compiled(tmp_path, model).graph
    return next(s for s in graph.pipeline("model/demand").stages if s.name == "tune")


def test_the_sample_of_the_language(tmp_path: Path) -> None:
    stage = section(tmp_path, TREES + SAMPLE)
    assert stage.limits["workers"] == 4 and "workers" not in str(stage.params)
    assert stage.params["search"]["sampler"]["version"] == "5.0.0"
    assert [dep for dep in stage.deps if "test" in dep] == []
    assert "pipelines/models/demand/train.parquet" in stage.deps


def test_who_works_where_is_in_no_digest(tmp_path: Path) -> None:
    usual = compiled(tmp_path / "a", TREES + SAMPLE)
    other = compiled(tmp_path / "b", TREES + SAMPLE.replace("workers: 4", "cluster: {ray: RAY_ADDRESS}"))
    assert usual.project.spec_digest("demand") == other.project.spec_digest("demand")
    one, two = (c.graph.pipeline("model/demand").stages[1] for c in (usual, other))
    assert (one.params, one.deps, one.outs) == (two.params, two.deps, two.outs)
    assert other.project.engine_of("model/demand").cluster == ("ray", "RAY_ADDRESS")


def test_classes_among_the_choices_are_checked_and_their_code_depended_on(tmp_path: Path) -> None:
    """Else a changed file of the user's would count as the same search."""
    choice = "{estimator: {choices: [{class: shopcode.own.Level}, {class: sklearn.linear_model.Rigde, params: {alhpa: 1}}]}}"
    model = MODEL.replace("{class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}", "{class: sklearn.ensemble.BaggingRegressor}")
    text = f"{model}  tuning: {{metric: mae, space: {choice}}}\n"
    files = {"mlspec.yaml": PROJECT + "  code: [shopcode]\n", "shopcode/own.py": "class Level:\n    pass\n", "specs/demand.yaml": text}
    found = compile_root(write_project(tmp_path, SPECS | files), wish=Wish(ignore=("MLS1021",)))
    assert [(d.code, d.help) for d in found.diagnostics if d.severity == "error"] == [
        ("MLS0650", "did you mean `sklearn.linear_model.Ridge`?")
    ]
    (tmp_path / "sound").mkdir()
    sound: Any = compile_root(
        write_project(tmp_path / "sound", SPECS | files | {"specs/demand.yaml": text.replace("Rigde, params: {alhpa: 1}", "Ridge")})
    )
    stages = {s.name: s for s in sound.graph.pipeline("model/demand").stages}
    assert all("shopcode/own.py" in stages[name].deps for name in ("tune", "train", "evaluate"))


@pytest.mark.parametrize(
    ("tuning", "code", "at", "message", "advice"),
    [
        ("{metric: maee, space: {alpha: {low: 1, high: 2}}}", "MLS0406", "10:20", "`maee` is not known", "`mae`"),
        ("{metric: f1, space: {alpha: {low: 1, high: 2}}}", "MLS0406", "10:20", "does not fit the task regression", None),
        ("{metric: bias, space: {alpha: {low: 1, high: 2}}}", "MLS0468", "10:20", "has no direction", None),
        ("{metric: latency_p99, space: {alpha: {low: 1, high: 2}}}", "MLS0468", "10:20", "not on folds", None),
        ("{metric: mae, space: {alhpa: {low: 1, high: 2}}}", "MLS0651", "10:33", "no parameter `alhpa`", "`alpha`"),
        ("{metric: mae, space: {alpha: {low: 2, high: 1}}}", "MLS0112", "10:41", "`low` is not below `high`", None),
        ("{metric: mae, space: {alpha: {low: 0, high: 1, log: true}}}", "MLS0112", "10:41", "begins above 0", None),
        ("{metric: mae, space: {alpha: {choices: [1], low: 1}}}", "MLS0112", "10:55", "two ways", None),
        ("{metric: mae, space: {alpha: {low: 1}}}", "MLS0112", "10:33", "needs `low` and `high`", "choices"),
        ("{metric: mae, space: {alpha: {choices: [1, 1]}}}", "MLS0112", "10:41", "a value twice", None),
        ("{metric: mae, space: {alpha: {low: 1.5, high: 2, type: integer}}}", "MLS0112", "10:41", "no whole number", None),
        ("{engine: grid, metric: mae, space: {alpha: {low: 1, high: 2}}}", "MLS0468", "10:47", "every value of `alpha`", "step"),
        ("{engine: grid, trials: 3, metric: mae, space: {alpha: {low: 1, high: 2, step: 0.25}}}", "MLS0468", "10:34", "5 settings", "trials: 5"),
        ("{metric: mae, repeats: 2, space: {alpha: {low: 1, high: 2}}}", "MLS0468", "10:34", "can't be repeated", None),
        ("{metric: mae, prune: median, engine: halving, space: {alpha: {low: 1, high: 2}}}", "MLS0112", "10:25", "gives trials up by itself", None),
        ("{metric: mae, engine: random, version: 5.0.0, space: {alpha: {low: 1, high: 2}}}", "MLS0112", "10:41", "`version` is of Optuna", None),
        ('{metric: mae, space: {"preprocess.numeric.scal": {choices: [none]}}}', "MLS0468", "10:33", "no `numeric.scal`", "preprocess.numeric.scale"),
        ('{metric: mae, space: {"preprocess.numeric.scale": {choices: [huge]}}}', "MLS0468", "10:33", "can't be `huge`", None),
        ('{metric: mae, space: {"preprocess.numeric.scale": {low: 1, high: 2}}}', "MLS0468", "10:33", "no range", "choices: [standard"),
        ("{metric: mae, space: {alpha: {low: 1, high: 2, when: {solver: [svd]}}}}", "MLS0112", "10:58", "names what is no parameter", None),
        ("{metric: mae, halving: {factor: 3}, space: {alpha: {low: 1, high: 2}}}", "MLS0112", "10:25", "belongs to `engine: halving`", None),
        ("{metric: mae, engine: halving, halving: {resource: max_iter}, space: {alpha: {low: 1, high: 2}}}", "MLS0112", "10:42", "largest value", None),
    ],
)  # fmt: skip
def test_what_can_not_be_searched(tmp_path: Path, tuning: str, code: str, at: str, message: str, advice: str | None) -> None:
    found = told(tmp_path, tuning)
    assert len(found) == 1, found
    assert found[0][0] == code and found[0][1] == at and message in found[0][2]
    assert advice is None or advice in (found[0][3] or "")


RANGE = "{{trials: 4, metric: mae, space: {{{}}}}}"


@pytest.mark.parametrize(
    ("space", "message", "advice"),
    [
        ("max_iter: {low: 10, high: 100}", "and numbers with a fraction are tried", "add `type: integer`"),
        ("alpha: {low: -1, high: 1}", "can't be `-1.0`", "it is a number of at least 0 or a list"),
        ("max_iter: {low: 0, high: 9, type: integer}", "can't be `0`", "it is an integer of at least 1 or null"),
        ("solver: {choices: [svd, lsqrr]}", 'can\'t be `"lsqrr"`', "did you mean `lsqr`?"),
    ],
)
def test_values_that_every_trial_would_fail_with(tmp_path: Path, space: str, message: str, advice: str) -> None:
    [(code, at, text, help_text)] = told(tmp_path, RANGE.format(space))
    assert (code, help_text) == ("MLS0651", advice)
    assert message in text
    assert at.startswith("10:")


def test_values_of_what_stands_within(tmp_path: Path) -> None:
    whole = "{class: sklearn.compose.TransformedTargetRegressor, params: {regressor: {class: sklearn.linear_model.Ridge}}}"
    model = MODEL.replace("{class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}", whole)
    assert not told(tmp_path / "a", RANGE.format("regressor__alpha: {low: 0.1, high: 1}"), model)
    [(code, _, text, _)] = told(tmp_path / "b", RANGE.format("regressor__alpha: {low: -0.1, high: 1}"), model)
    assert (code, text) == ("MLS0651", "`alpha` of `sklearn.linear_model.Ridge` can't be `-0.1`")
