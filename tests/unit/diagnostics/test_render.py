"""The formats for machines: json, sarif, github."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from mlspec.diagnostics import Diagnostic, Related, Span
from mlspec.diagnostics.codes import all_codes
from mlspec.diagnostics.render import STYLES, render

FOUND = [
    Diagnostic("MLS0301", "twice", Span("b.yaml", 3, 7, 3, 13), "rename one", related=(Related(Span("a.yaml", 1, 2, 1, 4), "first here"),)),
    Diagnostic("MLS0401", "no lock", None, None, "warning"),
]
SCHEMA = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0.json").read_text(encoding="utf-8"))


def assert_valid_sarif(text: str) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(text))


def test_json_has_every_field() -> None:
    form = json.loads(render(FOUND, "json"))
    assert form["version"] == 1
    assert form["diagnostics"][0] == {
        "code": "MLS0301",
        "severity": "error",
        "message": "twice",
        "help": "rename one",
        "span": {"path": "b.yaml", "line": 3, "column": 7, "endLine": 3, "endColumn": 13},
        "related": [{"message": "first here", "span": {"path": "a.yaml", "line": 1, "column": 2, "endLine": 1, "endColumn": 4}}],
        "fix": None,
    }
    assert form["diagnostics"][1]["span"] is None


@pytest.mark.parametrize("style", ["json", "sarif"])
def test_nothing_found_is_still_a_document(style: str) -> None:
    assert json.loads(render([], style))


def test_sarif_is_valid_by_the_official_schema(nasty: list[Diagnostic]) -> None:
    assert_valid_sarif(render(FOUND, "sarif"))
    assert_valid_sarif(render(nasty, "sarif"))
    assert_valid_sarif(render([], "sarif"))


def test_sarif_of_every_code_is_valid_and_explains_it() -> None:
    text = render([Diagnostic(code, "m", Span("a.yaml", 1, 1, 1, 2)) for code in sorted(all_codes())], "sarif")
    assert_valid_sarif(text)
    rules = json.loads(text)["runs"][0]["tool"]["driver"]["rules"]
    assert {r["id"]: r["shortDescription"]["text"] for r in rules} == {k: c.title for k, c in all_codes().items()}


def test_sarif_says_where_and_how_columns_are_counted() -> None:
    run = json.loads(render(FOUND, "sarif"))["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    first = run["results"][0]
    region = {"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 13}
    assert first["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "b.yaml"}, "region": region}
    assert first["relatedLocations"][0]["message"]["text"] == "first here"
    assert [r["level"] for r in run["results"]] == ["error", "warning"]
    assert run["results"][0]["message"]["text"] == "twice (rename one)"


def test_sarif_quotes_paths_as_uris() -> None:
    text = render([Diagnostic("MLS0101", "m", Span("a b/ü#%.yaml", 1, 1, 1, 2))], "sarif")
    location = json.loads(text)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "a%20b/%C3%BC%23%25.yaml"


def test_github_line_for_line() -> None:
    assert render(FOUND, "github") == (
        "::error file=b.yaml,line=3,col=7,endLine=3,endColumn=13,title=MLS0301 declared twice::twice%0Ahelp: rename one\n"
        "::warning title=MLS0401 no requirements lock::no lock\n"
    )


def test_github_escapes_what_could_start_a_command_or_a_property() -> None:
    found = Diagnostic("MLS0101", "50%\r\n::set-output name=x::y", Span("a,b:c%\n.yaml", 1, 1, 1, 2), "50%25\n::warning::z")
    assert render([found], "github") == (
        "::error file=a%2Cb%3Ac%25%0A.yaml,line=1,col=1,endLine=1,endColumn=2,title=MLS0101 unknown key::"
        "50%25%0D%0A::set-output name=x::y%0Ahelp: 50%2525%0A::warning::z\n"
    )


def test_github_prints_one_command_a_finding(nasty: list[Diagnostic]) -> None:
    lines = render(nasty, "github").split("\n")
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice", ""]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("colour", [False, True])
def test_no_control_character_of_a_users_text_reaches_the_terminal(nasty: list[Diagnostic], style: str, colour: bool) -> None:
    path = nasty[0].span.path if nasty[0].span else ""
    text = render(nasty, style, colour=colour, sources={path: f"one\n  a\x1b]0;x\x07\x9b{nasty[0].message}\n"})
    for ours in ("\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[0m"):
        text = text.replace(ours, "")
    assert [c for c in text if c != "\n" and not c.isprintable()] == []
