"""What rules say of rows: the table of cases that every engine is held against, as DuckDB answers it."""

from __future__ import annotations

import math
import os
import random
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.rule_cases import CASES, Case, judged, opened, said

from mlspec.diagnostics import Problems
from mlspec.runtime.context import Context
from mlspec.runtime.tables import columns_of
from mlspec.runtime.validate import open_rows
from mlspec.runtime.validate.compile_rules import compile_rules
from mlspec.runtime.validate.measure import Here
from mlspec.runtime.validate.spark import judge


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_duckdb_says_what_is_written(case: Case, tmp_path: Path):
    connection, checks = opened(case, tmp_path)
    found = judged(Here(connection), checks)
    assert [value for value, _ in found] == [expected_value(e) for e in case.expected]
    assert [numbers for _, numbers in found] == [e[1] if isinstance(e, tuple) else () for e in case.expected]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_spark_is_asked_all_of_it(case: Case, tmp_path: Path):
    connection, checks = opened(case, tmp_path)
    planned = judge.plan(connection, case.columns(connection), checks)
    assert len(planned.asked) == len(checks)


@pytest.mark.skipif("RULES_ON" not in os.environ, reason="e2e/test_on_spark.py asks it, beside a server")
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_spark_says_the_same(case: Case, tmp_path: Path):
    connection, checks = opened(case, tmp_path)
    planned = judge.plan(connection, case.columns(connection), checks)
    with judge.on_spark(connection, os.environ["RULES_ON"], 300, planned) as engine:
        assert said(engine, checks) == said(Here(connection), checks)


PIECES = [
    "a",
    "b",
    "é",
    ".",
    "[ab]",
    "[^a]",
    "\\s",
    "\\w",
    "\\d",
    "\\.",
    "[[:alpha:]]",
    "[a-c\\d]",
    "^",
    "$",
    "(a|b)",
    "(?:a|)",
    "\\S",
    "[\\w-]",
]
SIGNS = ["", "", "*", "+", "?", "{2}", "{1,2}", "*?", "+?"]
LETTERS = "aab bé\n\r\x0b\u2028.-1_[&"


@pytest.mark.skipif("RULES_ON" not in os.environ, reason="e2e/test_on_spark.py asks it, beside a server")
def test_spark_finds_the_same_texts_by_any_expression(tmp_path: Path):
    drawn = random.Random(7)
    texts = ["".join(drawn.choices(LETTERS, k=drawn.randint(0, 5))) for _ in range(400)]
    patterns = [
        "".join(p + (drawn.choice(SIGNS) if p not in "^$" else "") for p in drawn.choices(PIECES, k=drawn.randint(1, 5)))
        for _ in range(180)
    ]
    case = Case(
        "any",
        {"t": texts},
        [{"column": "t", "matches": p} for p in patterns] + [{"expression": f"regexp_matches(t, '{p}')"} for p in patterns],
        [],
    )
    connection, checks = opened(case, tmp_path)
    with judge.on_spark(connection, os.environ["RULES_ON"], 300, judge.plan(connection, case.columns(connection), checks)) as engine:
        ours, theirs = ([(c.key, n.value) for c, n in zip(checks, e.measure(checks), strict=True)] for e in (Here(connection), engine))
    different = [(p, a, b) for p, a, b in zip(patterns * 2, ours, theirs, strict=True) if a != b]
    assert not different
    assert len({value for _, value in ours}) > 80


def expected_value(expected: Any) -> Any:
    value = expected[0] if isinstance(expected, tuple) else expected
    return pytest.approx(value, rel=1e-12, abs=0, nan_ok=True) if isinstance(value, float) and not math.isinf(value) else value


ENDLESS = {
    "m": pa.array([0, 2**63 - 1], pa.timestamp("us")),
    "d": pa.array([0, -(2**31 - 1)], pa.int32()).cast(pa.date32()),
    "far": pa.array([0, 253402300800_000_000], pa.timestamp("us")),
    "k": [1, 2],
}


def test_times_that_spark_has_not_are_told_before_anything_leaves(tmp_path: Path):
    asked: list[dict[str, Any]] = [{"expression": "m > DATE '2000-01-01' OR d < m"}, {"column": "far", "notNull": True}, {"unique": ["d"]}]
    connection, checks = opened(Case("endless", ENDLESS, [*asked, {"column": "k", "between": [0, 9]}], []), tmp_path)
    with pytest.raises(Problems) as told:
        judge.plan(connection, columns_of(connection, "data"), checks)
    assert {d.code for d in told.value.diagnostics} == {"MLS0539"}
    assert [re.findall(r"`(\w+)`", d.message) for d in told.value.diagnostics] == [["r1", "m", "d"], ["r2", "far"], ["r3", "d"]]
    judge.plan(connection, columns_of(connection, "data"), checks[-1:])  # whose column has none


def test_times_of_another_source_that_spark_has_not_are_told(tmp_path: Path):
    pq.write_table(pa.table({"m": ENDLESS["m"]}), tmp_path / "other.parquet")
    pq.write_table(pa.table({"m": ENDLESS["m"].slice(0, 1)}), tmp_path / "clean.parquet")
    rule = {"name": "r", "onFailure": "fail", "references": {"source": "o", "column": "m", "key": "m", "path": "other.parquet"}}
    context = Context("validate", tmp_path, tmp_path, {"rules": [rule], "key": []})
    connection = open_rows(context, tmp_path / "clean.parquet")
    columns = columns_of(connection, "data")
    with pytest.raises(Problems, match=r"MLS0539.*what it refers to"):
        judge.plan(connection, columns, compile_rules(context, connection, columns, None))
