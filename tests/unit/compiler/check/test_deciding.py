"""Weights, calibration and threshold, as `validate` sees them: what fits no task, no estimator and not each other is told at its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.projects import MODEL, SPECS, compile_texts, write_project

from mlspec.compiler.lint import Wish
from mlspec.compiler.pipeline import compile_root

BINARY = MODEL.replace("task: regression", "task: binary").replace(
    "sklearn.linear_model.Ridge, params: {alpha: 1.0}", "sklearn.linear_model.LogisticRegression"
)
NEIGHBOURS = ("sklearn.linear_model.LogisticRegression", "sklearn.neighbors.KNeighborsClassifier")


def told(tmp_path: Path, model: str) -> list[tuple[str, str, str]]:
    root = write_project(tmp_path, {k: v for k, v in SPECS.items() if "kpis" not in k} | {"specs/demand.yaml": model})
    found = compile_root(root, wish=Wish(ignore=("MLS1020",))).diagnostics
    return [
        (d.code, f"{d.span.line}:{d.span.column}" if d.span else "", d.message) for d in found if d.code[:5] in ("MLS01", "MLS04", "MLS06")
    ]


@pytest.mark.parametrize(
    "more",
    [
        "weights: price",
        "classWeight: balanced",
        'classWeight: {"0": 1, "1": 5}',
        'classWeight: {"true": 5}',
        "calibrate: {method: isotonic, validation: 20%}\n  threshold: {cost: {falsePositive: 1, falseNegative: 5}}",
        "threshold: {metric: f1, folds: 3}",
        "threshold: {value: 0.3}",
    ],
)
def test_what_may_be_said(tmp_path: Path, more: str) -> None:
    assert told(tmp_path, f"{BINARY}  {more}\n") == []


@pytest.mark.parametrize(
    ("model", "more", "code", "at", "says"),
    [
        (BINARY, "weights: prize", "MLS0410", "10:12", "no column `prize`"),
        (BINARY, "weights: count", "MLS0112", "10:3", "the target or a feature, too"),
        (BINARY, "weights: price\n  features: {numeric: [price]}", "MLS0112", "10:3", "the target or a feature, too"),
        (MODEL, "classWeight: balanced", "MLS0112", "10:3", "the task is regression"),
        (MODEL, "calibrate: {method: sigmoid}", "MLS0112", "10:3", "binary and multiclass, and the task is regression"),
        (BINARY.replace("binary", "multiclass"), "threshold: {value: 0.3}", "MLS0112", "10:3", "the task is multiclass"),
        (BINARY, "threshold: {value: 0.3, folds: 5}", "MLS0106", "10:27", "nothing to choose on `folds`"),
        (BINARY, "threshold: {value: 0.3, metric: f1}", "MLS0106", "10:15", "exactly one of"),
        (BINARY, "threshold: {metric: recall}", "MLS0105", "10:23", "`recall` is not allowed here"),
        (BINARY, "threshold: {value: 1.5}", "MLS0103", "10:22", "must be below 1"),
        (BINARY, "calibrate: {method: sigmoid, folds: 1}", "MLS0103", "10:39", ""),
        (BINARY, "calibrate: {method: sigmoid, folds: 3, validation: 20%}", "MLS0106", "10:42", "not both"),
        (BINARY, "calibrate: {method: sigmoid}\n  threshold: {metric: f1, folds: 3}", "MLS0106", "11:27", "both name them"),
        (
            BINARY.replace("binary", "multilabel"),
            "preprocess: {categorical: {encode: target}}",
            "MLS0112",
            "10:30",
            "goes by one target",
        ),
        (BINARY, "preprocess: {categorical: {encode: target, minRows: 5}}", "MLS0112", "10:46", "no use for `minRows`"),
        (BINARY, "classWeight: balancd", "MLS0105", "10:16", "`balancd` is not allowed"),
        (BINARY, "classWeight: {yes: -1}", "MLS0112", "10:17", "not above 0"),
        (BINARY.replace(*NEIGHBOURS), "weights: price", "MLS0637", "9:22", "can't weigh rows"),
        (BINARY.replace(*NEIGHBOURS), "classWeight: balanced", "MLS0637", "9:22", "can't weigh rows"),
        (
            BINARY,
            "weights: price\n  baseline: {estimator: {class: sklearn.neighbors.KNeighborsClassifier}}",
            "MLS0637",
            "11:33",
            "can't weigh rows",
        ),
        (
            BINARY.replace("LogisticRegression", "LogisticRegression, params: {class_weight: balanced}"),
            "classWeight: balanced",
            "MLS0637",
            "9:72",
            "both weigh classes",
        ),
    ],
)
def test_what_may_not(tmp_path: Path, model: str, more: str, code: str, at: str, says: str) -> None:
    [(found, place, message)] = told(tmp_path, f"{model}  {more}\n")
    assert (found, place) == (code, at)
    assert says in message


def test_a_trainer_weighs_by_itself(tmp_path: Path) -> None:
    text = BINARY.replace("estimator: {class: sklearn.linear_model.LogisticRegression}", 'trainer: {callable: "src.train:fit"}')
    found = told(tmp_path, f"{text}  weights: price\n")
    assert ("MLS0112", "10:3") in [(code, at) for code, at, _ in found]


def test_what_decides_is_in_the_params_and_nothing_else_is() -> None:
    def params(more: str) -> dict[str, object]:
        kpis = SPECS["specs/demand-kpis.yaml"].partition("  kpis:")[0] + "  kpis: [accuracy >= 0.5]\n"
        found = compile_texts(SPECS | {"specs/demand.yaml": BINARY + more, "specs/demand-kpis.yaml": kpis})
        assert found.graph, found.diagnostics
        return dict(found.graph.params("model/demand", "train") or {})

    plain = params("")
    assert not {"weights", "classWeight", "calibrate", "threshold", "heldOut", "split"} & plain.keys()
    found = params('  threshold: {metric: f1}\n  classWeight: {"0": 1, "true": 5}\n')
    assert {key: found[key] for key in found if key not in plain} == {
        "threshold": {"metric": "f1"},
        "classWeight": {"0": 1.0, "true": 5.0},
        "heldOut": {"folds": 5},
        "split": {"strategy": "time"},
    }
    assert "split" not in params("  threshold: {value: 0.3}\n")
