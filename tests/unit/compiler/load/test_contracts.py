"""A contract counts as written in the spec that names it, and every finding points into the file where it stands."""

from __future__ import annotations

from typing import Any

import pytest
from support.contract_world import ENVELOPE, PATH, compiled, contract, project_of, rule_forms, rules, source, told
from support.work import nested_too_deep

from mlspec.compiler.load.contracts import published, read
from mlspec.compiler.origins import flat, trace
from mlspec.diagnostics import extras
from mlspec.promotion.loosening import loosened

SALES = """\
apiVersion: v3.1.0
kind: DataContract
id: sales-contract
version: "1.0.0"
status: active
schema:
  - name: sales
    properties:
      - name: day
        logicalType: date
        primaryKey: true
        primaryKeyPosition: 2
      - name: shop
        logicalType: string
        primaryKey: true
        primaryKeyPosition: 1
      - {name: mail, logicalType: string, classification: PII, required: true, unique: true, description: Of the buyer}
      - {name: count, logicalType: integer}
    quality:
      - {metric: rowCount, mustBeGreaterThan: 10}
"""


def columns(text: Any, *specs: str) -> list[dict[str, Any]]:
    return [c.canonical() for c in project_of(text, *specs).sources["sales"].envelope.spec.columns]


def test_columns_and_key() -> None:
    project = project_of(SALES)
    spec = project.sources["sales"].envelope.spec
    assert columns(SALES) == [
        {"name": "day", "type": "date", "pii": False},
        {"name": "shop", "type": "string", "pii": False},
        {"name": "mail", "type": "string", "pii": True, "required": True, "unique": True, "description": "Of the buyer"},
        {"name": "count", "type": "integer", "pii": False},
    ]
    assert spec.key == ("shop", "day")


def test_it_is_the_same_as_if_it_were_written_there() -> None:
    """By canonical form, so by digest: the contract is a way to write it, and its path decides nothing."""
    written = source(columns=columns(SALES), key=["shop", "day"])
    by_hand = project_of(None, written).sources["sales"]
    assert project_of(SALES).sources["sales"].canonical() == by_hand.canonical()


def test_each_value_is_known_by_its_place() -> None:
    places = {route: str(part.origin) for route, part in flat(trace(project_of(SALES).sources["sales"]))}
    assert places["spec.columns[2].pii"] == f"{PATH}:17"
    assert places["spec.columns[0].type"] == f"{PATH}:10"


def test_what_columns_ask_is_checked_without_any_rules() -> None:
    graph = compiled(SALES, source(contract=PATH)).graph
    assert graph is not None
    (validate,) = [s for s in graph.pipelines[0].stages if s.name == "validate"]
    assert [{k: v for k, v in rule.items() if k != "name"} for rule in validate.params["rules"]] == [
        {"column": "mail", "notNull": True, "onFailure": "fail"},
        {"unique": ["mail"], "onFailure": "fail"},
    ]


def test_and_once_where_rules_read_the_contract_too() -> None:
    graph = compiled(SALES).graph
    assert graph is not None
    (validate,) = [s for s in graph.pipelines[0].stages if s.name == "validate"]
    assert [rule["name"] for rule in validate.params["rules"]] == ["rowCount", "mail-notNull", "unique-mail"]


def test_what_nobody_checks_is_told() -> None:
    (found,) = compiled(SALES, source(contract=PATH)).diagnostics
    assert (found.code, found.severity) == ("MLS0466", "warning")
    assert "1 check" in found.message


@pytest.mark.parametrize(
    ("classification", "personal"),
    [
        ("PII", True),
        ("personal data", True),
        ("GDPR/PHI", True),
        ("confidential", False),
        ("non-PII", False),
        ("not personal", False),
        ("happii", False),
    ],
)
def test_personal_data_is_what_is_called_so(classification: str, personal: bool) -> None:
    text = contract({"name": "mail", "logicalType": "string", "classification": classification})
    assert columns(text)[0]["pii"] is personal


@pytest.mark.parametrize("mark", [{"tags": ["pii"]}, {"customProperties": [{"property": "pii", "value": True}]}])
def test_personal_data_by_tag_or_custom_property(mark: dict[str, Any]) -> None:
    assert columns(contract({"name": "mail", "logicalType": "string"} | mark))[0]["pii"] is True


def test_a_spec_may_say_more() -> None:
    found = columns(
        SALES, source(contract=PATH, columns=[{"name": "count", "type": "integer", "pii": True}, {"name": "ratio", "type": "number"}])
    )
    assert found[3:] == [{"name": "count", "type": "integer", "pii": True}, {"name": "ratio", "type": "number", "pii": False}]


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ({"columns": [{"name": "count", "type": "number"}]}, 18),
        ({"columns": [{"name": "mail", "type": "string", "pii": False}]}, 17),
        ({"columns": [{"name": "mail", "type": "string", "required": False}]}, 17),
        ({"columns": [{"name": "mail", "type": "string", "description": "Of nobody"}]}, 17),
        ({"key": ["day"]}, 13),
    ],
)
def test_but_nothing_else(spec: dict[str, Any], line: int) -> None:
    found = compiled(SALES, source(contract=PATH, **spec))
    (problem,) = [d for d in found.diagnostics if d.is_error]
    assert problem.code == "MLS0463"
    assert problem.span is not None
    assert (problem.span.path, problem.related[0].span.path) == ("specs/0.yaml", PATH)
    assert problem.related[0].span.line == line


@pytest.mark.parametrize("kind", ["array", "object", "time", "map", None])
def test_a_column_that_is_no_single_value_is_declared_in_the_spec(kind: str | None) -> None:
    prop: dict[str, Any] = (
        {"name": "x"} | ({"logicalType": kind} if kind else {}) | ({"map": {"key": {}, "value": {}}} if kind == "map" else {})
    )
    text = contract(prop, apiVersion="v3.2.0")
    assert told(compiled(text, source(contract=PATH))) == [("MLS0464", PATH, 1)]
    assert columns(text, source(contract=PATH, columns=[{"name": "x", "type": "string"}]))[0]["type"] == "string"


def test_which_object_is_meant() -> None:
    text = contract({"name": "a", "logicalType": "string"})
    text["schema"] = [{"name": name, "properties": [{"name": name, "logicalType": "string"}]} for name in ("other", "sales")]
    assert columns(text)[0]["name"] == "sales"
    assert columns(text, source(contract={"path": PATH, "object": "other"}))[0]["name"] == "other"
    (problem,) = compiled(text, source(contract={"path": PATH, "object": "salse"})).diagnostics
    assert (problem.code, problem.help) == ("MLS0460", "did you mean `sales`?")
    (problem,) = compiled(text, source(name="third", contract=PATH)).diagnostics
    assert "none is called `third`" in problem.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "MLS0460"),
        ("", "MLS0460"),
        ("- a\n", "MLS0460"),
        ("kind: DataContract\n---\nkind: DataContract\n", "MLS0460"),
        (SALES.replace("kind: DataContract", "kind: DataProduct"), "MLS0460"),
        (SALES.replace("v3.1.0", "v2.2.2"), "MLS0460"),
        (SALES.replace("v3.1.0", "v4.0.0"), "MLS0460"),
        (SALES.replace('"1.0.0"', "1.0"), "MLS0461"),
        (SALES.replace("status: active", "stauts: active"), "MLS0461"),
        (SALES.replace("logicalType: date", "logicalType: day"), "MLS0461"),
        (SALES.replace("mustBeGreaterThan: 10", "mustBeGreaterThan: ten"), "MLS0461"),
        (SALES.replace("id: sales-contract\n", ""), "MLS0461"),
        (b"\xff\xfe", "MLS0131"),
    ],
)
def test_what_is_no_contract_is_told_at_its_place(text: Any, code: str) -> None:
    found = compiled(text)
    assert code in [d.code for d in found.diagnostics]
    assert {d.span.path for d in found.diagnostics if d.is_error and d.span} <= {PATH, "specs/0.yaml"}
    assert found.project is None


def test_a_problem_of_a_contract_is_told_once() -> None:
    assert [code for code, _, _ in told(compiled(SALES.replace("kind: DataContract", "kind: X")))] == ["MLS0460"]


def test_without_the_library_the_form_is_checked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    has = extras.has
    monkeypatch.setattr(extras, "has", lambda module: module != published.LIBRARY and has(module))
    found = compiled(contract({"name": 5}))
    assert [d.code for d in found.diagnostics if d.is_error] == ["MLS0461"]
    sound = compiled(SALES)
    assert sound.ok
    assert "1 contract against the published schema" in next(d.message for d in sound.diagnostics if d.code == "MLS0009")


def test_the_published_schema_of_each_version() -> None:
    for version in read.VERSIONS:
        text = contract({"name": "a", "logicalType": "string", "quality": [{"type": "text", "description": "Fine"}]}, apiVersion=version)
        assert compiled(text).ok, version
        assert [d.code for d in compiled(text | {"surprise": 1}).diagnostics if d.is_error] == ["MLS0461"], version
        assert not compiled({k: v for k, v in text.items() if k != "id"}).ok, version


def test_what_is_nested_too_deep_for_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    class Validator:
        iter_errors = staticmethod(nested_too_deep)

    monkeypatch.setattr(published, "_KNOWN", {})
    monkeypatch.setattr(published, "_validator", lambda _: Validator())
    assert [d.code for d in compiled(SALES).diagnostics if d.is_error] == ["MLS0461"]


@pytest.mark.parametrize(
    ("weaker", "what"),
    [
        (SALES.replace("mustBeGreaterThan: 10", "mustBeGreaterThan: 5"), "the rule is easier (min)"),
        (SALES.replace("required: true, ", ""), "the rule is gone"),
        (SALES.replace("unique: true, ", ""), "the rule is gone"),
        (SALES.replace("classification: PII, ", ""), "no longer marked as personal data"),
        (SALES.replace("        primaryKey: true\n        primaryKeyPosition: 2\n", ""), None),
        (SALES.replace("primaryKey: true", "primaryKey: false"), "the key that rows are unique by is weaker"),
    ],
)
@pytest.mark.parametrize("specs", [(source(contract=PATH), rules(contract=PATH)), None])
def test_a_weaker_contract_is_a_loosening(weaker: str, what: str | None, specs: tuple[str, ...] | None) -> None:
    """In either spelling: of both kinds, or with the columns alone (where `rowCount` is nobody's rule)."""
    given = specs or (source(contract=PATH),)
    found = [one.what for one in loosened(project_of(SALES, *given), project_of(weaker, *given))]
    expected = what is not None and not (specs is None and "min" in what)
    assert bool(found) is expected
    assert not expected or any(str(what) in one for one in found)
    assert not loosened(project_of(SALES, *given), project_of(SALES, *given))


def test_a_rule_that_moves_from_the_spec_into_the_contract_is_no_loosening() -> None:
    before = project_of(None, source(columns=columns(SALES), key=["shop", "day"]), rules(rules=[{"rowCount": {"min": 11}}]))
    assert loosened(before, project_of(SALES)) == ()


def test_what_a_person_wrote_beside_stays() -> None:
    found = rule_forms(SALES, source(contract=PATH), rules(contract=PATH, rules=[{"rowCount": {"max": 99}}]))
    assert found[:2] == [{"rowCount": {"max": 99}}, {"rowCount": {"min": 11}}]


def test_an_unsound_spec_is_told_in_its_own_file() -> None:
    found = compiled(ENVELOPE | {"schema": [{"name": "sales", "properties": []}]}, source(contract=PATH, keys=["a"]))
    assert ("MLS0101", "specs/0.yaml", 1) in told(found)


def test_checks_that_share_a_name_have_one_each() -> None:
    quality = [{"metric": "rowCount", "mustBeGreaterThan": n, "name": "Rows!"} for n in (1, 2)]
    found = rule_forms(
        contract(quality=quality), source(contract=PATH), rules(contract=PATH, rules=[{"rowCount": {"max": 9}, "name": "rows"}])
    )
    assert [rule["name"] for rule in found] == ["rows", "rows-2", "rows-3"]


def test_a_contract_is_compared_once_for_its_content(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    known = published._faults
    monkeypatch.setattr(published, "_faults", lambda *given: asked.append(1) or known(*given))
    monkeypatch.setattr(published, "_KNOWN", {})
    for text in (SALES, SALES, SALES.replace("Of the buyer", "Of a buyer"), SALES.replace("status: active", "stauts: active")):
        compiled(text)
    assert len(asked) == 3


def test_its_file_has_the_owners_of_what_it_speaks_for() -> None:
    from mlspec.compiler.project.ownership import owned

    named = source(contract=PATH).replace('{"name": "sales"}', '{"name": "sales", "owner": "@acme/data"}')
    assert [entry.owners for entry in owned(project_of(SALES, named)) if entry.path == PATH] == [("@acme/data",)]
    assert project_of(SALES).beside_specs() == [PATH]
