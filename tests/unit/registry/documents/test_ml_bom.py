"""The bill of materials: valid, and with what the record has alone where specs or evaluation can't be used."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from support.facts import evaluated, reporting, unread
from support.records import entry, estimate, record

from mlspec.registry.documents.facts import Facts
from mlspec.registry.documents.ml_bom import render


def bill(facts: Facts) -> dict[str, Any]:
    text = render(facts)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found: dict[str, Any] = json.loads(text)
    return found


def card(facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = bill(facts)["metadata"]["component"]["modelCard"]
    return found


def test_the_serial_number_is_the_records(facts: Facts) -> None:
    other = replace(facts, entry=entry(record(createdBy="Eve")))
    assert bill(facts)["serialNumber"] == bill(replace(facts, claims=()))["serialNumber"] != bill(other)["serialNumber"]
    assert bill(facts)["metadata"]["timestamp"] == facts.entry.record.created_at


def test_without_specs_it_has_the_record_alone(facts: Facts) -> None:
    found = bill(unread(facts))
    assert {c["type"] for c in found["components"]} == {"data"}
    assert set(card(unread(facts))) == {"quantitativeAnalysis"}
    assert "licenses" not in found["metadata"]["component"]


def test_rows_are_named_by_content_and_owner(facts: Facts) -> None:
    data = {c["name"].rpartition("/")[2]: c for c in bill(facts)["components"] if c["type"] == "data"}
    assert set(data) == {"test.parquet", "train.parquet"}
    artifacts = facts.entry.record.artifacts
    assert data["test.parquet"]["hashes"] == [{"alg": "SHA-256", "content": artifacts.test.digest.removeprefix("sha256:")}]
    assert data["test.parquet"]["data"][0]["sensitiveData"] == ["column shop"]


def test_metrics_overall_and_by_group(facts: Facts) -> None:
    found = card(facts)["quantitativeAnalysis"]["performanceMetrics"]
    assert found[0] == {"type": "mae", "value": "3", "confidenceInterval": {"lowerBound": "2", "upperBound": "4"}}
    assert [m.get("slice") for m in found] == [None, "shop=north|<i>", "shop=south"]
    alone = card(reporting(facts, "evaluation.json", None))["quantitativeAnalysis"]["performanceMetrics"]
    assert [m.get("slice") for m in alone] == [None]


@pytest.mark.parametrize(
    "slices",
    [
        3, [1], {"shop": 3}, {"shop": {"a": [1]}}, {"shop": {"a": {"mae": {"value": 10**400}}}}, {"shop": {"a": {"mae": {}}}},
        {"\ud800": {"\udfff": {"\ud83d": estimate(1.0)}}}, {"\u202e": {"\x1b[31m": {"mae": estimate(1.0)}}},
    ],
    ids=range(8),
)  # fmt: skip
def test_groups_of_any_name_and_value_stay_valid(facts: Facts, slices: Any) -> None:
    """Half of a surrogate pair has no bytes in UTF-8: a file with one could not be written, nor its digest taken."""
    text = render(evaluated(facts, slices=slices))
    assert text.encode().decode() == text
    bill(evaluated(facts, slices=slices))


def test_what_people_wrote_is_taken_as_text(facts: Facts) -> None:
    considerations = card(facts)["considerations"]
    assert considerations["users"] == ["buyers of the shops", "@nobody <b>"]
    assert considerations["technicalLimitations"] == ["Not for new | `shops`."]
    assert considerations["ethicalConsiderations"] == [
        {"name": "None of the rows is about people.", "mitigationStrategy": "Buyers see the forecast and order by hand."}
    ]
    assert bill(facts)["metadata"]["component"]["licenses"] == [{"license": {"name": "Apache-2.0"}}]
