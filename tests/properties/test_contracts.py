"""Columns and rules of every form -> contract -> the same columns and rules, in each version of the standard."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from support.contract_world import PATH, compiled, project_of, rules, source

from mlspec.compiler.load.contracts import published
from mlspec.compiler.load.contracts.read import VERSIONS
from mlspec.compiler.project.project import Project
from mlspec.promotion.loosening.rule_parts import parts
from mlspec.setup.contract.export import export

NAMES = ["shop", "Grand total", 'a"b', "x-1", "längde"]
TYPES = ["string", "integer", "number", "boolean", "date", "timestamp"]
NUMBERS = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3) + 0.0))
COUNTS = st.integers(0, 10_000)
SHARES = st.integers(0, 1000).map(lambda n: n / 1000)
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
PATTERNS = st.sampled_from(["a", "^a$", "a|b", "(a)|(b)", "[)(]+", r"\(x\)", "(?i)abc", "[]a]", r"[^@]+@[^@]+"])


def pair(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.tuples(values, values).map(sorted).map(list)


def bounds(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        values.map(lambda n: {"min": n}), values.map(lambda n: {"max": n}), pair(values).map(lambda p: {"min": p[0], "max": p[1]})
    )


def rule_of(names: list[str], numbers: list[str], texts: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    name = st.sampled_from(names)
    kinds: list[st.SearchStrategy[dict[str, Any]]] = [
        bounds(COUNTS).map(lambda b: {"rowCount": b}),
        SHARES.map(lambda s: {"rowCountChange": {"maxDecrease": s}}),
        st.lists(name, min_size=1, max_size=3, unique=True).map(lambda c: {"unique": c}),
        name.map(lambda c: {"column": c, "notNull": True}),
        st.tuples(name, SHARES).map(lambda c: {"column": c[0], "maxMissing": c[1]}),
        st.tuples(name, SHARES).map(lambda c: {"classBalance": {"column": c[0], "min": c[1]}}),
        bounds(NUMBERS).map(lambda b: {"sql": {"query": "select count(*) from data where 1 = 1"} | b}),
        st.just({"expression": "1 = 1"}),
        st.tuples(name, st.just("other")).map(lambda c: {"references": {"column": c[0], "source": "other", "key": "id"}}),
    ]
    if numbers:
        number = st.sampled_from(numbers)
        kinds += [
            st.tuples(number, pair(NUMBERS)).map(lambda c: {"column": c[0], "between": c[1], "notNull": True}),
            st.tuples(number, bounds(NUMBERS)).map(lambda c: {"column": c[0], "mean": c[1]}),
            st.tuples(number, bounds(NUMBERS)).map(lambda c: {"column": c[0], "quantile": c[1] | {"q": 0.5}}),
        ]
    if texts:
        text = st.sampled_from(texts)
        kinds += [
            st.tuples(text, st.lists(TEXTS, min_size=1, max_size=3, unique=True)).map(lambda c: {"column": c[0], "in": c[1]}),
            st.tuples(text, PATTERNS).map(lambda c: {"column": c[0], "matches": c[1], "maxMissing": 0.07}),
        ]
    more: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {}, optional={"name": st.sampled_from(["a-rule", "b2"]), "onFailure": st.sampled_from(["fail", "warn", "quarantine"])}
    )
    return st.tuples(st.one_of(kinds), more).map(lambda both: both[0] | both[1])


@st.composite
def projects(draw: st.DrawFn) -> tuple[str, str]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    columns = [
        {"name": str(n), "type": str(draw(st.sampled_from(TYPES)))}
        | draw(st.fixed_dictionaries({}, optional={k: st.just(True) for k in ("pii", "required", "unique")} | {"description": TEXTS}))
        for n in names
    ]
    of = {
        kind: [str(c["name"]) for c in columns if c["type"] in kinds]
        for kind, kinds in (("number", ["integer", "number"]), ("text", ["string"]))
    }
    given_rules = draw(st.lists(rule_of(names, of["number"], of["text"]), max_size=4))
    for number, rule in enumerate(given_rules):
        if "name" in rule:
            rule["name"] = f"{rule['name']}-{number}"
    key = draw(st.lists(st.sampled_from(names), unique=True))
    on_failure = draw(st.sampled_from(["fail", "warn", "quarantine"]))
    return source(columns=columns, key=key), rules(rules=given_rules, onFailure=on_failure)


OTHER = source("other", columns=[{"name": "id", "type": "string"}])


def asked(project: Project) -> Counter[tuple[Any, ...]]:
    """What the rules ask, each part by itself, and what a broken one does."""
    found = Counter[tuple[Any, ...]]()
    for bound in project.rules_of("sales"):
        for rule in bound.envelope.spec.rules:
            manner = rule.name, rule.on_failure or bound.envelope.spec.on_failure
            found.update((part.key, part.text, part.limits, part.exact, part.members, *manner) for part in parts(rule))
    return found


def declared(project: Project) -> Counter[tuple[Any, ...]]:
    """What `required` and `unique` say a second time, once rules read the contract."""
    found = Counter[tuple[Any, ...]]()
    for column in project.sources["sales"].envelope.spec.columns:
        form = [{"column": column.name, "notNull": True}] * bool(column.required) + [{"unique": [column.name]}] * bool(column.unique)
        from mlspec.language.kinds.validation_rules import Rule

        found.update((p.key, p.text, p.limits, p.exact, p.members, None) for f in form for p in parts(Rule.model_validate(f)))
    return found


@given(projects(), st.sampled_from(VERSIONS), st.sampled_from(["fail", "warn", "quarantine"]))
@settings(max_examples=60, deadline=None)
def test_there_and_back(specs: tuple[str, str], version: str, reader: str) -> None:
    """The rules that read the contract may have another `onFailure`: each check says its own."""
    before = project_of(None, *specs, OTHER)
    text = export(before, "source/sales", lambda _: None, version.removeprefix("v")).text
    after = project_of(text, source(contract=PATH), rules(contract=PATH, onFailure=reader), OTHER)
    assert after.sources["sales"].canonical() == before.sources["sales"].canonical()
    again = asked(after)
    for part, count in declared(after).items():
        again[(*part, reader)] -= count
    assert +again == asked(before)
    assert export(after, "source/sales", lambda _: text.encode(), version.removeprefix("v")).text == text


RICH: dict[str, Any] = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "a",
    "version": "1",
    "status": "active",
    "servers": [{"server": "p", "type": "local", "path": "a", "format": "csv"}],
    "customProperties": [{"property": "p", "value": 1}],
    "schema": [
        {
            "name": "sales",
            "physicalName": "t",
            "properties": [
                {
                    "name": "a",
                    "logicalType": "integer",
                    "primaryKey": True,
                    "primaryKeyPosition": 1,
                    "classification": "PII",
                    "tags": ["x"],
                    "customProperties": [{"property": "pii", "value": True}],
                    "logicalTypeOptions": {"minimum": 1, "maximum": 3, "multipleOf": 2},
                    "relationships": [{"to": "other.id"}],
                    "enum": [{"value": 1}],
                    "quality": [
                        {
                            "metric": "invalidValues",
                            "arguments": {"validValues": [1], "pattern": "a"},
                            "mustBeBetween": [1, 2],
                            "unit": "percent",
                        },
                        {
                            "type": "sql",
                            "query": "select 1 from data",
                            "mustBe": 1,
                            "customProperties": [{"property": "mlspec.onFailure", "value": "warn"}],
                        },
                        {"type": "custom", "engine": "mlspec", "implementation": {"column": "a", "notNull": True}, "severity": "error"},
                        {"type": "library", "rule": "duplicateCount", "mustBe": 0, "name": "x"},
                    ],
                }
            ],
            "relationships": [{"from": "sales.a", "to": ["other.id"]}],
            "quality": [
                {"metric": "rowCount", "mustBeGreaterThan": 1},
                {"metric": "duplicateValues", "arguments": {"properties": ["a"]}, "mustBe": 0},
            ],
        }
    ],
}
ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            0,
            -1,
            1.5,
            "",
            "x",
            "v3.0.2",
            "2024-01-01",
            [],
            {},
            [None],
            [[]],
            [{}],
            {"": None},
            ["a", 1],
            {"name": "a"},
            {"value": None},
        ]
    ),
    st.text(max_size=5),
)


def routes(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    return [at, *(route for key, part in items for route in routes(part, (*at, key)))]


ROUTES = routes(RICH)[1:]


@given(st.lists(st.tuples(st.sampled_from(ROUTES), ODD), min_size=1, max_size=3), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_contract_breaks_the_compiler(changes: list[tuple[tuple[str | int, ...], Any]], installed: bool) -> None:
    """Whatever stands where: findings with places, and no exception; also where nobody compares it with the published schema."""
    form = copy.deepcopy(RICH)
    for route, odd in changes:
        part: Any = form
        try:
            for step in route[:-1]:
                part = part[step]
            part[route[-1]] = copy.deepcopy(odd)  # a later change may go into it
        except (KeyError, IndexError, TypeError):
            continue
    with patch.object(published, "LIBRARY", published.LIBRARY if installed else "no_such_library"):
        found = compiled(form)
    assert found.diagnostics or found.project
    assert all(d.span is not None or d.code == "MLS0009" for d in found.diagnostics)
