"""`1.10` for a column of text is refused: YAML reads 1.1."""

from __future__ import annotations

import pytest
from support.projects import RULES, SOURCE, SPECS, write_project

from mlspec.compiler.pipeline import compile_root
from mlspec.diagnostics import Advice

TEXT = SOURCE.replace("    - {name: price", "    - {name: size, type: string}\n    - {name: price")


def told(tmp_path, clean="", rules=""):
    specs = {"specs/sales.yaml": TEXT + (f"  clean:\n{clean}" if clean else ""), "specs/sales-rules.yaml": RULES + rules}
    found = compile_root(write_project(tmp_path / "p", SPECS | specs)).diagnostics
    return [(d.code, str(d.help)) for d in found if d.is_error]


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ("1.10", True),
        ("007", True),
        ("+7", True),
        ("1e3", True),
        ("True", True),
        ("7", False),
        ("1.5", False),
        ("true", False),
        ('"1.10"', False),
        ("null", False),
    ],
)
@pytest.mark.parametrize(
    "clean",
    [
        "    - replace: {{column: size, values: {{a: b, big: {}}}}}\n",
        "    - fillMissing: {{column: size, with: {}}}\n",
        "    - fillMissing: {{column: weight, with: {}}}\n    - rename: {{weight: size}}\n",
        "    - cast: {{column: x, to: string}}\n    - rename: {{x: y}}\n    - replace: {{column: y, values: {{a: {}}}}}\n    - drop: [y]\n",
    ],
)
def test_a_value_for_text_is_written_as_it_is_meant(tmp_path, clean, value, refused):
    if value == "null" and "fillMissing" in clean:
        value = '"null"'
    assert told(tmp_path, clean.format(value)) == ([("MLS0104", f'quote it: "{value}"')] if refused else [])


@pytest.mark.parametrize(
    "clean",
    [
        "    - replace: {column: count, values: {none: 007}}\n",
        "    - fillMissing: {column: price, with: 1.10}\n",
        "    - replace: {column: size, values: {a: 007}}\n    - cast: {column: size, to: integer}\n",
        "    - replace: {column: old, values: {a: 007}}\n    - drop: [old]\n",
        '    - fillMissing: {column: size, with: 007}\n    - derive: {column: size, sql: "shop"}\n',
    ],
)
def test_where_a_number_is_meant_its_spelling_means_nothing(tmp_path, clean):
    assert told(tmp_path, clean) == []


def test_rules_list_text_as_it_is_meant(tmp_path):
    rules = "    - {column: size, in: [7, 1.10, S]}\n    - {column: count, in: [007, 8]}\n"
    assert told(tmp_path, rules=rules) == [("MLS0104", 'quote it: "1.10"')]


def test_the_fix_is_the_quotes(tmp_path):
    specs = {"specs/sales.yaml": f"{TEXT}  clean:\n    - fillMissing: {{column: size, with: 1.10}}\n"}
    (only,) = [d for d in compile_root(write_project(tmp_path / "p", SPECS | specs)).diagnostics if d.code == "MLS0104"]
    assert (only.message, str(only.span)) == (
        "`spec.clean[0].fillMissing.with`: text is expected, and YAML reads `1.10` as a number",
        "specs/sales.yaml:15:41",
    )
    assert isinstance(only.help, Advice)
    assert (only.help.instead, only.help.of) == ('"1.10"', "1.10")
