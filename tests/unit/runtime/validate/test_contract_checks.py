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


def held(repository: Any, rules: dict[str, dict[str, Any]]) -> dict[str, bool]:
    """{name: whether the rule holds}, by one run of the stage."""
    repository.put("clean.parquet", ROWS)
    named = {f"r{n}": name for n, name in enumerate(rules)}
    given = [rule | {"onFailure": "warn", "name": f"r{n}"} for n, rule in enumerate(rules.values())]
    repository.run("validate", {"key": [], "rules": given})
    report = repository.json("validation.json")["rules"]
    return {name: report[rule]["status"] == "pass" for rule, name in named.items()}


def only(text: Any) -> dict[str, Any]:
    """The one rule of a contract."""
    (rule,) = rule_forms(text)
    return rule


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
        found = held(repository, {rule["name"]: rule for rule in rules})
        assert found == {f"c{n}": HOLDS[op](value, bound) for n, (op, bound) in enumerate(cases)}, (unit, cases)


def _bounds(op: str, value: int) -> list[Any]:
    """At, below and above what is there."""
    if op.endswith("Between"):
        return [[0, value], [value + 1, value + 2]]
    return [value, value + 1, value - 0.5]


def test_row_count(repository: Any) -> None:
    cases: list[tuple[str, Any]] = [
        ("mustBe", 5),
        ("mustBe", 4),
        ("mustBeGreaterThan", 5),
        ("mustBeGreaterThan", 4),
        ("mustNotBe", 5),
        ("mustBeLessThan", 5),
    ]
    cases += [("mustNotBeBetween", [6, 9]), ("mustNotBeBetween", [5, 9])]
    rules = {f"{op} {bound}": only(contract(WORD, quality=[{"metric": "rowCount", op: bound}])) for op, bound in cases}
    assert held(repository, rules) == {f"{op} {bound}": HOLDS[op](5, bound) for op, bound in cases}


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


def test_options(repository: Any) -> None:
    rules = {name: only(contract(prop, apiVersion="v3.2.0")) for name, (prop, _) in OPTIONS.items()}
    assert held(repository, rules) == {name: holds for name, (_, holds) in OPTIONS.items()}


QUERIES = {
    "SELECT count(*) FROM ${object} WHERE word IS NULL": 1,
    "SELECT count(*) FROM {table} WHERE word = 'a'": 2,
    "select count(*) from SALES where word = 'a'": 2,
    "WITH few AS (SELECT * FROM data LIMIT 2) SELECT count(*) FROM few": 2,
}


def test_queries(repository: Any) -> None:
    rules, expected = {}, {}
    for query, value in QUERIES.items():
        for op, bound in (("mustBe", value), ("mustBe", value + 1), ("mustBeGreaterThan", value), ("mustNotBeBetween", [value, value])):
            name = f"{query} {op} {bound}"
            rules[name] = only(contract(WORD, quality=[{"type": "sql", "query": query, op: bound}], apiVersion="v3.0.2"))
            expected[name] = HOLDS[op](value, bound)
    assert held(repository, rules) == expected


def test_a_query_on_a_column(repository: Any) -> None:
    item = {"type": "sql", "query": "SELECT count(*) FROM ${table} WHERE ${column} IS NULL", "mustBe": 1}
    assert held(repository, {"one": only(contract(WORD | {"quality": [item]}))}) == {"one": True}
