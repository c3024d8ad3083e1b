"""Which near names a program may write, and what a diagnostic carries of it."""

from __future__ import annotations

import json

import pytest

from mlspec.diagnostics import Advice, Diagnostic, Span, did_you_mean
from mlspec.diagnostics.fix import written
from mlspec.diagnostics.render import render
from mlspec.diagnostics.suggest import clear

SPAN = Span("a.yaml", 3, 5, 3, 10)


@pytest.mark.parametrize(
    ("word", "candidates", "meant"),
    [
        ("modle", ("model", "mode"), None),
        ("modle", ("model", "metric"), "model"),
        ("time_column", ("timeColumn", "column"), "timeColumn"),
        ("Model", ("Model", "model"), None),
        ("MODEL", ("model",), "model"),
        ("demand-2", ("demand-1",), None),
        ("demand-3", ("demand-1", "demand-2"), None),
        ("mea", ("mae", "mse"), "mae"),
        ("mpe", ("mae", "mse", "mape"), None),
        ("mix", ("min", "max"), None),
        ("preproces", ("preprocess",), "preprocess"),
        ("environmnts", ("environments",), "environments"),
        ("", ("a", "b"), None),
        ("x", (), None),
    ],
)
def test_only_a_clear_slip_is_corrected(word: str, candidates: tuple[str, ...], meant: str | None) -> None:
    assert clear(word, candidates) == meant


def test_a_near_name_that_is_not_clear_is_said_and_not_fixed() -> None:
    help_text = did_you_mean("demand-2", ["demand-1"])
    assert help_text == "did you mean `demand-1`?"
    assert Diagnostic("MLS0302", "x", SPAN, help_text).fix is None


def test_a_clear_one_is_a_fix_in_json_and_sarif() -> None:
    found = Diagnostic("MLS0101", "unknown key `modle`", SPAN, did_you_mean("modle", ["model"]))
    assert isinstance(found.help, Advice)
    fix = json.loads(render([found], "json"))["diagnostics"][0]["fix"]
    assert fix["applicability"] == "safe"
    assert [e["text"] for e in fix["edits"]] == ["model"]
    change = json.loads(render([found], "sarif"))["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]
    assert change["artifactLocation"] == {"uri": "a.yaml"}
    assert change["replacements"] == [
        {"deletedRegion": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 10}, "insertedContent": {"text": "model"}}
    ]


def test_without_a_place_there_is_no_fix() -> None:
    assert Diagnostic("MLS0101", "x", None, did_you_mean("modle", ["model"])).fix is None


@pytest.mark.parametrize(("text", "yaml"), [("a_b.c", "a_b.c"), ("NO", '"NO"'), ("3.1", '"3.1"'), ("a: b", '"a: b"'), ("a\nb", '"a\\nb"')])
def test_what_is_written_is_read_as_the_text(text: str, yaml: str) -> None:
    assert written(text) == yaml
