"""The public YAML test suite: what is valid and within the core schema is read as the suite says; all else is read or refused, in time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from support.projects import SPECS, compile_texts

from mlspec.compiler.lint import Wish
from mlspec.diagnostics.render import render
from mlspec.language.yaml.load import load_documents

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "yaml-test-suite/cases.json").read_text(encoding="utf-8"))
SECONDS = 1.0

REFUSED = {
    "a tag beyond the core schema constructs something, and a spec is plain data": (
        "2XXW 565N 5TYM 6CK3 6WLZ 7FWL 9WXW C4HZ CC74 CUP7 J7PZ M5C3 P76L UGM3 Z67P Z9M4",
        {"MLS0138"},
    ),
    "a tab before the first character of a line is refused, also where YAML takes it for a separation": (
        "6BCT 6CA3 6HB6 96NN-00 A2M4 DK95-00 DK95-03 DK95-04 Q5MG R4YG Y79Y-01 Y79Y-10",
        {"MLS0134"},
    ),
    "libyaml knows the directives of YAML 1.1 and 1.2 only": ("2LFX 6LVF BEC7 W4TN", {"MLS0135"}),
    "libyaml knows fewer characters in the name of an anchor, and an anchor once": ("2SXE 3GZX 8XYN W5VH", {"MLS0135"}),
    "libyaml wants the `:` of a flow mapping on the key's line, and a space behind it": (
        "4MUZ-00 4MUZ-02 5MUD 9SA2 K3WX NJ66 UT92 VJP3-01",
        {"MLS0135"},
    ),
    "libyaml takes `:` and `?` at the start of plain text in a flow collection for indicators": ("58MP 5T43 DBG4 HM87-00", {"MLS0135"}),
    "libyaml wants `---` before a document that follows another": ("7Z25 HWV9 M7A3 QT73", {"MLS0135"}),
    "libyaml wants a block text at the root to be indented": ("DK3J FP8R", {"MLS0135"}),
}
"""Valid cases that mlspec does not read: why, which, and the codes that say so."""

OTHERWISE = {
    "652Z": "libyaml takes a `?` at the start of a flow key for an indicator",
    "HM87-01": "libyaml takes a `?` at the start of a flow key for an indicator",
    "L24T-01": "libyaml drops the last line of a text where the file does not end with a line break",
    "S4JQ": "libyaml forgets the tag `!`",
    "Y2GN": "libyaml ends the name of an anchor at a `:`",
}
"""Valid cases that mlspec reads otherwise than the suite."""

LENIENT = {
    "libyaml lets a flow collection or a quoted text go on at any indentation": "9C9N DK95-01 QB6E",
    "libyaml lets a `#` follow without a space": "9JBA CVW2 SU5Z X4QW",
    "libyaml lets directives stand, and be malformed, where no `...` ends the document before": "EB22 MUS6-00 MUS6-01 RHX7",
    "libyaml takes a lone `-` in a flow sequence for text": "G5U8 YJV2",
    "libyaml lets empty lines before a text be longer than its first": "S98Z",
}
"""Cases that must fail, and that mlspec reads: nothing in them can be taken for something else."""

EXPECTED_REFUSALS = {case: codes for cases, codes in REFUSED.values() for case in cases.split()}
READ_ALL_THE_SAME = {case for cases in LENIENT.values() for case in cases.split()}


def values(text: str) -> list[Any]:
    """The values of a stream of JSON texts."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text.rstrip()):
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def same(one: Any, other: Any) -> bool:
    """Equal, where `1` and `1.0` may stand for each other (JSON does not tell them apart) and `true` may not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_suite(case: dict[str, Any]) -> None:
    began = time.process_time()
    documents, found = load_documents("a.yaml", case["yaml"])
    assert time.process_time() - began < SECONDS
    assert all(d.code.startswith("MLS01") and d.span and d.help for d in found)
    if case.get("fail"):
        assert bool(found) != (case["id"] in READ_ALL_THE_SAME)
    elif case.get("json") is not None:
        assert {d.code for d in found} == EXPECTED_REFUSALS.get(case["id"], set())
        if not found:
            assert same([d.value for d in documents], values(case["json"])) != (case["id"] in OTHERWISE)


def test_every_deviation_is_of_a_case() -> None:
    assert {*EXPECTED_REFUSALS, *OTHERWISE, *READ_ALL_THE_SAME} <= {c["id"] for c in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_a_project_with_the_case_is_validated(case: dict[str, Any]) -> None:
    began = time.process_time()
    compiled = compile_texts(SPECS | {"specs/case.yaml": case["yaml"]}, wish=Wish())
    assert time.process_time() - began < SECONDS
    for style in ("full", "json", "sarif", "github"):
        render(list(compiled.diagnostics), style, sources={"specs/case.yaml": case["yaml"]})
    told = {d.span.path for d in compiled.diagnostics if d.span and d.severity == "error"}
    assert told <= {"specs/case.yaml"}
    assert (compiled.project is None) == bool(told)
