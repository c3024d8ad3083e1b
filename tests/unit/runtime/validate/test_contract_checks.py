"""Metrics and operators of a contract say of rows what the standard says: asked of the stage, and compared with counts made by hand."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from support.contract_world import contract, rule_forms

ROWS: dict[str, list[Any]] = {
    "id": [1, 2, 3, 4, 5],
    "word": ["a", "b", "a", None, ""],
    "number": [1.5, 2.5, -3.0, None, 10.0],
    "day": ["2024-01-01", "2024-01-02", "2024-01-03", None, "2024-01-05"],
}
NUMBER = {"name": "number", "logicalType": "number"}
WORD = {"name": "word", "logicalType": "string"}
METRICS: dict[str, tuple[dict[str, Any], int]] = {
    "nulls": ({"metric": "nullValues"}, 1),
    "missing": ({"metric": "missingValues"}, 2),
    "missing of a list": ({"metric": "missingValues", "arguments": {"missingValues": [None, "", "a"]}}, 4),
    "invalid by values": ({"metric": "invalidValues", "arguments": {"validValues": ["a", "b"]}}, 1),
    "invalid by pattern": ({"metric": "invalidValues", "arguments": {"pattern": "^[ab]$"}}, 1),
    "invalid by a pattern found anywhere": ({"metric": "invalidValues", "arguments": {"pattern": "a"}}, 2),
    "numbers that mean missing": ({"metric": "missingValues", "arguments": {"missingValues": [-3, None, "x"]}, "of": NUMBER}, 2),
    "numbers that are valid": ({"metric": "invalidValues", "arguments": {"validValues": [10, 1.5, -3]}, "of": NUMBER}, 1),
    "duplicates": ({"metric": "duplicateValues"}, 1),
    "duplicates as ODCS 3.0 has them": ({"type": "library", "rule": "duplicateCount"}, 1),
}
HOLDS: dict[str, Callable[[float, Any], bool]] = {
    "mustBe": operator.eq,
    "mustNotBe": operator.ne,
    "mustBeGreaterThan": operator.gt,
    "mustBeGreaterOrEqualTo": operator.ge,
    "mustBeLessThan": operator.lt,
    "mustBeLessOrEqualTo": operator.le,
    "mustBeBetween": lambda n, pair: pair[0] <= n <= pair[1],
    "mustNotBeBetween": lambda n, pair: not pair[0] <= n <= pair[1],
}


def broken(repository: Any, rules: list[dict[str, Any]]) -> bool:
    """Whether the stage `validate` refuses the rows."""
    repository.put("clean.parquet", ROWS)
    params = {"key": [], "rules": [{"onFailure": "warn", "name": f"r{n}"} | rule for n, rule in enumerate(rules)]}
    repository.run("validate", params)
    return bool(repository.json("validation.json")["warned"])


@pytest.mark.parametrize("name", METRICS)
def test_metrics(repository: Any, name: str) -> None:
    """Every operator at, below and above what is there, by rows and per cent."""
    item, count = METRICS[name]
    prop, item = item.get("of", WORD), {key: value for key, value in item.items() if key != "of"}
    version = "v3.0.2" if "rule" in item else "v3.1.0"
    for unit, value in (("rows", count), ("percent", count * 20)):
        cases = [(op, bound) for op in HOLDS for bound in _bounds(op, value)]
        checks = [item | {op: bound, "unit": unit, "name": f"c{n}"} for n, (op, bound) in enumerate(cases)]
        rules = rule_forms(contract(prop | {"quality": checks}, apiVersion=version))
        assert len(rules) == len(cases)
        repository.put("clean.parquet", ROWS)
        params = {"key": [], "rules": [rule | {"onFailure": "warn"} for rule in rules]}
        repository.run("validate", params)
        report = repository.json("validation.json")["rules"]
        held = {rule: said["status"] == "pass" for rule, said in report.items()}
        assert held == {f"c{n}": HOLDS[op](value, bound) for n, (op, bound) in enumerate(cases)}, (unit, cases)


def _bounds(op: str, value: int) -> list[Any]:
    if op.endswith("Between"):
        return [[0, value], [value, value + 1], [value + 1, value + 2], [0, max(value - 1, 0) + 0.5]]
    return [0, value, value + 1, max(0, value - 1), value + 0.5]


@pytest.mark.parametrize(
    ("op", "bound"),
    [
        ("mustBe", 5),
        ("mustBe", 4),
        ("mustBeGreaterThan", 5),
        ("mustBeGreaterThan", 4),
        ("mustNotBe", 5),
        ("mustNotBeBetween", [6, 9]),
        ("mustBeLessThan", 5),
    ],
)
def test_row_count(repository: Any, op: str, bound: Any) -> None:
    rules = rule_forms(contract(WORD, quality=[{"metric": "rowCount", op: bound}]))
    assert broken(repository, rules) is not HOLDS[op](5, bound)


OPTIONS: dict[str, tuple[dict[str, Any], bool]] = {
    "minimum holds": ({"name": "number", "logicalType": "number", "logicalTypeOptions": {"minimum": -3}}, True),
    "minimum breaks": ({"name": "number", "logicalType": "number", "logicalTypeOptions": {"minimum": -2.5}}, False),
    "exclusive breaks": ({"name": "number", "logicalType": "number", "logicalTypeOptions": {"exclusiveMaximum": 10}}, False),
    "both ends": ({"name": "number", "logicalType": "number", "logicalTypeOptions": {"minimum": -3, "maximum": 10}}, True),
    "multiples": ({"name": "number", "logicalType": "number", "logicalTypeOptions": {"multipleOf": 0.5}}, True),
    "no multiples": ({"name": "number", "logicalType": "number", "logicalTypeOptions": {"multipleOf": 2}}, False),
    "whole multiples": ({"name": "id", "logicalType": "integer", "logicalTypeOptions": {"multipleOf": 2}}, False),
    "short enough": (WORD | {"logicalTypeOptions": {"maxLength": 1}}, True),
    "too short": (WORD | {"logicalTypeOptions": {"minLength": 1}}, False),
    "a pattern anywhere": (WORD | {"logicalTypeOptions": {"pattern": "^[ab]?$"}}, True),
    "a pattern of alternatives": (WORD | {"logicalTypeOptions": {"pattern": "^a|b$|^$"}}, True),
    "an enum": (WORD | {"enum": [{"value": "a"}, {"value": "b"}]}, False),
    "a larger enum": (WORD | {"enum": [{"value": "a"}, {"value": "b"}, {"value": ""}, {"value": None}]}, True),
    "required": (WORD | {"required": True}, False),
    "unique": (WORD | {"unique": True}, False),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options(repository: Any, name: str) -> None:
    prop, holds = OPTIONS[name]
    rules = rule_forms(contract(prop, apiVersion="v3.2.0"))
    assert len(rules) == 1
    assert broken(repository, rules) is not holds


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("SELECT count(*) FROM ${object} WHERE word IS NULL", 1),
        ("SELECT count(*) FROM {table} WHERE word = 'a'", 2),
        ("select count(*) from SALES where word = 'a'", 2),
        ("WITH few AS (SELECT * FROM data LIMIT 2) SELECT count(*) FROM few", 2),
    ],
)
def test_queries(repository: Any, query: str, value: int) -> None:
    for op, bound in (("mustBe", value), ("mustBe", value + 1), ("mustBeGreaterThan", value), ("mustNotBeBetween", [value, value])):
        rules = rule_forms(contract(WORD, quality=[{"type": "sql", "query": query, op: bound}], apiVersion="v3.0.2"))
        assert broken(repository, rules) is not HOLDS[op](value, bound)


def test_a_query_on_a_column(repository: Any) -> None:
    item = {"type": "sql", "query": "SELECT count(*) FROM ${table} WHERE ${column} IS NULL", "mustBe": 1}
    assert not broken(repository, rule_forms(contract(WORD | {"quality": [item]})))
