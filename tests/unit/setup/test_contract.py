"""`mlspec contract export`: nothing that the contract says is lost, what the specs say is added, and the published schema holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.contract_world import PATH, PROJECT, contract, project_of, rule_forms, rules, source

from mlspec.compiler.load.contracts.read import VERSIONS
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.diagnostics import Problems
from mlspec.setup.contract.export import export

FULL = """\
# A comment.
apiVersion: v3.1.0
kind: DataContract
id: sales-contract
name: Sales
version: "2.3.0"
status: active
tenant: acme
servers:
  - {server: prod, type: postgres, host: db.example, port: 5432, database: shop, schema: public}
team: {name: data, members: [{username: ada, role: owner, dateIn: "2024-01-01"}]}
roles: [{role: reader, access: read}]
slaProperties: [{property: latency, value: 4, unit: d}, {property: retention, value: 3, unit: y}]
support: [{channel: "#data", url: "https://chat.example/data"}]
price: {priceAmount: 9.95, priceCurrency: USD}
customProperties: [{property: refRule, value: [1, {a: b}]}]
schema:
  - name: other
    properties: [{name: tags, logicalType: array, items: {logicalType: string}}]
  - name: sales
    physicalName: tbl_sales
    dataGranularityDescription: One row a sale
    properties:
      - name: shop
        logicalType: string
        primaryKey: true
        businessName: The shop
        examples: [a, b]
        relationships: [{type: foreignKey, to: other.tags}]
      - {name: mail, logicalType: string, classification: restricted, encryptedName: mail_enc}
      - name: count
        logicalType: integer
        logicalTypeOptions: {minimum: 0, multipleOf: 2}
        quality:
          - {metric: nullValues, mustBeLessThan: 5, unit: percent, dimension: completeness, schedule: "0 5 * * *", scheduler: cron}
          - {type: text, description: Looks fine}
          - {type: custom, engine: soda, implementation: "checks for x"}
    quality:
      - {metric: rowCount, mustNotBeBetween: [3, 5], businessImpact: operational}
"""


def exported(text: Any, *specs: str, version: str | None = None) -> str:
    project = project_of(text, *specs)
    content = text if isinstance(text, str) else json.dumps(text)
    return export(project, "source/sales", lambda path: content.encode() if path == PATH else None, version).text


def test_nothing_changed_is_byte_for_byte() -> None:
    assert exported(FULL) == FULL


def test_what_the_specs_say_beside_is_added_and_nothing_is_lost() -> None:
    specs = (
        source(
            contract=PATH,
            columns=[{"name": "mail", "type": "string", "pii": True, "description": "Of the buyer"}, {"name": "ratio", "type": "number"}],
        ),
        rules(contract=PATH, rules=[{"rowCount": {"min": 8}}, {"column": "ratio", "between": [0, 1], "onFailure": "quarantine"}]),
    )
    found, given = yaml.safe_load(exported(FULL, *specs)), yaml.safe_load(FULL)
    shop, mail, count, ratio = found["schema"][1].pop("properties")
    assert mail == {**given["schema"][1]["properties"][1], "description": "Of the buyer", "tags": ["pii"]}
    assert ratio == {
        "name": "ratio",
        "logicalType": "number",
        "quality": [
            {
                "type": "custom",
                "engine": "mlspec",
                "implementation": {"column": "ratio", "between": [0, 1]},
                "customProperties": [{"property": "mlspec.onFailure", "value": "quarantine"}],
            }
        ],
    }
    assert found["schema"][1].pop("quality")[1:] == [{"metric": "rowCount", "mustBeGreaterOrEqualTo": 8, "severity": "error"}]
    assert [shop, count] == [given["schema"][1]["properties"][0], given["schema"][1]["properties"][2]]
    for part in ("properties", "quality"):
        del given["schema"][1][part]
    assert found == given


def test_personal_data_is_said_of_a_source_made_of_others() -> None:
    raw = source("buyers", columns=[{"name": "mail", "type": "string", "pii": True}, {"name": "n", "type": "integer"}], key=["n"])
    columns = [{"name": "mail", "type": "string"}, {"name": "n", "type": "integer"}]
    form = json.loads(source("sales", columns=columns, key=["n"]))
    del form["spec"]["file"]
    form["spec"]["python"] = {"callable": "src.a:b", "inputs": {"b": {"source": "buyers"}}}
    code = PROJECT.replace("spec: {", "spec: {code: [src], ")
    project = compile_inputs(
        Path("/nowhere"),
        Inputs(
            {"mlspec.yaml": code.encode(), "specs/0.yaml": raw.encode(), "specs/1.yaml": json.dumps(form).encode()},
            {"src": ("src/a.py",)},
        ),
    ).project
    assert project is not None
    mail, number = yaml.safe_load(export(project, "source/sales", lambda _: None).text)["schema"][0]["properties"]
    assert mail["classification"] == "pii"
    assert "classification" not in number


@pytest.mark.parametrize("version", [v.removeprefix("v") for v in VERSIONS])
def test_every_version_reads_its_own_back(version: str) -> None:
    columns = [
        {"name": "shop", "type": "string"},
        {"name": "day", "type": "date", "pii": True},
        {"name": "count", "type": "integer", "required": True},
    ]
    rules_given = [
        {"rowCount": {"min": 1, "max": 9}},
        {"unique": ["shop"]},
        {"column": "shop", "in": ["a"], "matches": "a|b", "onFailure": "warn"},
    ]
    specs = source(columns=columns, key=["shop", "day"]), rules(rules=rules_given)
    text = exported(None, *specs, version=version)
    assert yaml.safe_load(text)["apiVersion"] == f"v{version}"
    again, before = project_of(text), project_of(None, *specs)
    assert again.sources["sales"].canonical() == before.sources["sales"].canonical()
    assert exported(None, *specs, version=version) == text


def test_metrics_go_from_version_to_version() -> None:
    item = {"metric": "duplicateValues", "mustBe": 0, "name": "one"}
    text = contract(
        {
            "name": "a",
            "logicalType": "string",
            "quality": [item, {"metric": "invalidValues", "arguments": {"validValues": ["x"]}, "mustBe": 0}],
        }
    )
    older = exported(text, version="3.0.2")
    assert yaml.safe_load(older)["schema"][0]["properties"][0]["quality"][0] == {
        "type": "library",
        "rule": "duplicateCount",
        "mustBe": 0,
        "name": "one",
    }
    assert rule_forms(older) == rule_forms(text)
    newer = exported(older, version="3.2.0")
    assert rule_forms(newer) == rule_forms(text)


def test_a_function_of_the_repository_is_left_out_by_name() -> None:
    from mlspec.compiler.load.contracts.related import Sources
    from mlspec.language.kinds.validation_rules import Rule
    from mlspec.setup.contract.quality import Target, written

    rule = Rule.model_validate({"python": {"callable": "src.checks:run"}})
    assert list(written(rule, "fail", Target(False, "", Sources({}, frozenset())))) == []


@pytest.mark.parametrize(
    ("ref", "version", "code"),
    [("source/slaes", None, "MLS0003"), ("source/sales", "4.0.0", "MLS0467"), ("source/sales", "3.0.1", "MLS0467")],
)
def test_refusals(ref: str, version: str | None, code: str) -> None:
    """A team of ODCS 3.1 has no form in 3.0, and is not left out without a word."""
    with pytest.raises(Problems, match=code):
        export(project_of(FULL), ref, lambda _: FULL.encode(), version)


def test_a_timestamp_stays_one_in_every_version() -> None:
    """ODCS 3.0 knows dates only: there the physical type tells, and what has another one is refused."""
    prop = {"name": "at", "logicalType": "timestamp"}
    older = exported(contract(prop), version="3.0.2")
    assert yaml.safe_load(older)["schema"][0]["properties"][0] == {"name": "at", "logicalType": "date", "physicalType": "timestamp"}
    newer = exported(older, version="3.1.0")
    for text in (older, newer):
        assert project_of(text).sources["sales"].envelope.spec.columns[0].type == "timestamp"
    with pytest.raises(Problems, match="MLS0467"):
        exported(contract(prop | {"physicalType": "INT96"}), version="3.0.2")
