"""SQL that would be refused or fail when its stage runs is told by `mlspec validate`, with its place."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.projects import MODEL, RULES, SOURCE, SPECS, write_project

from mlspec.compiler.pipeline import compile_root

KEYWORD = 'write it in double quotes, such as "{}"'


def told(tmp_path, *, clean="", rules="", where="", source=SOURCE):
    """(code, file:line:column, message, help) of each error."""
    specs = {
        "specs/sales.yaml": source + (f"  clean:\n{clean}" if clean else ""),
        "specs/sales-rules.yaml": RULES + rules,
        "specs/demand.yaml": MODEL + where,
    }
    found = compile_root(write_project(tmp_path / "p", SPECS | specs)).diagnostics
    return [(d.code, str(d.span), d.message, str(d.help)) for d in found if d.is_error]


@pytest.mark.parametrize(
    ("clean", "place", "message", "fix"),
    [
        ("""    - filter: "count > "\n""", "14:15", "spec.clean[0].filter`: the SQL is refused: syntax error", "write one expression"),
        (
            """    - filter: "at > '2020'"\n""",
            "14:15",
            'spec.clean[0].filter`: the SQL is refused: syntax error at or near ">"',
            KEYWORD.format("at"),
        ),
        (
            """    - drop: [x]\n    - derive: {column: y, sql: "order + 1"}\n""",
            "15:32",
            "spec.clean[1].derive.sql`: ",
            KEYWORD.format("order"),
        ),
        ("""    - filter: "left = right"\n""", "14:15", "syntax error", "`left`, `right` are words of SQL"),
        ("""    - filter: "count > 1; drop table data"\n""", "14:15", "it changes things", ""),
        ("""    - filter: "now() > day"\n""", "14:15", "the function `now`", ""),
        ("""    - filter: "count > avg(count)"\n""", "14:15", "it is an expression of one row, and `avg` is of many", "`avg(…) OVER ()`"),
        ("""    - filter: "roudn(count) > 1"\n""", "14:15", "the function `roudn`", "did you mean `round`?"),
    ],
)
def test_sql_of_cleaning(tmp_path, clean, place, message, fix):
    ((code, span, text, advice),) = told(tmp_path, clean=clean)
    assert (code, span) == ("MLS0623", f"specs/sales.yaml:{place}")
    assert message in text
    assert fix in advice


@pytest.mark.parametrize(
    ("rule", "code", "message", "fix"),
    [
        ('expression: "cuont >= 0"', "MLS0624", 'Referenced column "cuont" not found', "did you mean `count`?"),
        ('expression: "count >= "', "MLS0623", "syntax error", ""),
        ('expression: "shop + 1 > 2"', "MLS0624", "No function matches the given name and argument types", ""),
        ('expression: "shop = 1"', "MLS0623", "the text `shop` with the number 1", "write '1' in single quotes"),
        ("""expression: "count IN ('1.5')\"""", "MLS0623", "the whole number `count` with the text '1.5'", "without quotes"),
        (
            """expression: "day > '2024-01-01 05:00'\"""",
            "MLS0623",
            "the date `day` with the time '2024-01-01 05:00'",
            "CAST(day AS TIMESTAMP)",
        ),
        (
            'sql: {query: "select count(*) from data where prize > 1", max: 0}',
            "MLS0624",
            'column "prize" not found',
            "did you mean `price`?",
        ),
        ('sql: {query: "select count(*) from other", max: 0}', "MLS0623", "it reads `other`", ""),
        ('sql: {query: "select count(* from data", max: 0}', "MLS0623", "syntax error", ""),
    ],
)
def test_sql_of_rules_knows_the_declared_columns(tmp_path, rule, code, message, fix):
    ((found, span, text, advice),) = told(tmp_path, rules=f"    - {{{rule}}}\n")
    assert found == code
    assert span.startswith("specs/sales-rules.yaml:9:")
    assert message in text
    assert fix in advice


def test_every_text_is_judged_in_one_round_and_the_model_too(tmp_path):
    rules = '    - {expression: "a b"}\n    - {expression: "cuont > 1"}\n    - {expression: "sum(count) > 1"}\n    - {expression: "count > 1"}\n'
    found = told(tmp_path, clean='    - filter: "1 +"\n', rules=rules, where="  where: \"shpo = 'a'\"\n")
    assert sorted(((code, span.split(":")[0]) for code, span, *_ in found), key=lambda pair: pair[1]) == [
        ("MLS0624", "specs/demand.yaml"),
        ("MLS0623", "specs/sales-rules.yaml"),
        ("MLS0624", "specs/sales-rules.yaml"),
        ("MLS0623", "specs/sales-rules.yaml"),
        ("MLS0623", "specs/sales.yaml"),
    ]


def test_columns_that_are_not_declared_may_be_any(tmp_path):
    text = SOURCE.split("  columns:")[0]
    assert told(tmp_path, rules='    - {expression: "cuont >= 0 AND user = 1"}\n', source=text + "  timeColumn: day\n") == []
    kept = SOURCE + "  extraColumns: keep\n"
    assert told(tmp_path, rules='    - {expression: "cuont >= 0"}\n', source=kept) == []


def test_a_project_without_sql_is_validated_without_duckdb(tmp_path):
    root = write_project(tmp_path / "p", SPECS)
    code = "import sys; from pathlib import Path; from mlspec.compiler.pipeline import compile_root; compile_root(Path('.')); print('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout == "False\n"


def test_duckdb_says_nothing_of_its_own_on_standard_error(tmp_path):
    """It counts what is not collected when Python ends, and tells the user."""
    from support.cli import mlspec

    root = write_project(tmp_path / "p", SPECS | {"specs/sales.yaml": SOURCE + '  clean:\n    - filter: "count > 0"\n'})
    assert "leaked" not in mlspec(root, "validate", check=0).err
