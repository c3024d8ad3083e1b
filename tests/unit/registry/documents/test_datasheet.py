"""The sheet of a source: what is declared, what was counted, and what nobody wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.evidence_world import SPEC_FILES
from support.facts import declared, unread

from mlspec.registry.documents.datasheet import render
from mlspec.registry.documents.facts import Facts

SALES = "specs/sales.yaml"


def with_reports(facts: Facts, validation: Any = None, profile: Any = None) -> str:
    return render(replace(facts, sources=tuple(replace(s, validation=validation, profile=profile) for s in facts.sources)))


def test_columns_with_meaning_and_range_and_no_value_of_personal_data(facts: Facts) -> None:
    profile = {"last": {"rows": 599, "columns": {"price": {"min": 1.0, "max": 5.0, "missing": 2}, "shop": {"min": "Ada", "max": "Eve"}}}}
    text = with_reports(facts, None, profile)
    assert "| `price` | number |  | - | 2 | `1.0` to `5.0` |" in text
    assert "| `shop` | string | yes | `Where it was sold` | - | - |" in text
    assert "Ada" not in text
    assert "Rows after cleaning and validation: 599." in text


def test_what_was_written_and_what_is_missing(facts: Facts) -> None:
    text = render(facts)
    assert "> `Kept by the tills since 2019.`" in text
    assert "> `CC-BY-4.0`" in text
    for key in ("composition", "collection", "preprocessing", "uses", "distribution", "maintenance"):
        assert f"**missing**: write `datasheet.{key}`" in text
    assert "**missing**: write `metadata.owner` of the DataSource" in text


def test_without_specs_the_sheet_says_so(facts: Facts) -> None:
    assert render(unread(facts)).count("**missing**") == 1


def test_validation_is_told_rule_by_rule(facts: Facts) -> None:
    rules = {"rowCount": {"status": "pass"}, "count|x": {"status": ["odd"]}, "none": 3}
    text = with_reports(facts, {"rows": 600, "passed": 2, "warned": 0, "failed": 1, "quarantined": "x", "rules": rules})
    for row in (
        "| rows | 600 |",
        "| passed rules | 2 |",
        "| failed rules | 1 |",
        "| quarantined rows | - |",
        "| `rowCount` | `pass` |",
        "| `none` | `-` |",
    ):
        assert row in text, row
    assert "| `count\\|x` | `['odd']` |" in text
    assert "**missing**: `validation.json` is not at the record's commit" in with_reports(facts)
    assert "**missing**: `profile.json` is not at the record's commit" in with_reports(facts)


@pytest.mark.parametrize(
    "profile", [{}, {"last": 3}, {"last": {"columns": [1]}}, {"last": {"columns": {"price": 3}}}, {"last": {"rows": 10**400}}], ids=str
)
def test_a_profile_of_anything_is_read(facts: Facts, profile: Any) -> None:
    assert "| `price` | number |" in with_reports(facts, {"rules": 3}, profile)


def test_where_it_comes_from(facts: Facts) -> None:
    text = render(facts)
    assert '| from | file `{"path": "data/sales.csv"}` |' in text
    assert f"| in Git as | `{facts.blobs['data/sales.csv']}` |" in text
    assert "| in Git as | not in Git: kept by DVC |" in render(replace(facts, blobs={}))
    http = SPEC_FILES[SALES].replace(
        "file: {path: data/sales.csv}", "http: {url: 'https://example.org/s.csv'}\n  refresh: {schedule: '0 5 * * *'}"
    )
    fetched = render(declared(facts, {SALES: http}))
    assert "| from | http `{" in fetched
    assert "| fetched again | `0 5 * * *` |" in fetched
    assert "in Git as" not in fetched


def test_steps_of_cleaning_are_listed_in_order(facts: Facts) -> None:
    assert "No steps of cleaning are declared." in render(facts)
    steps = SPEC_FILES[SALES].replace("spec:\n", "spec:\n  clean:\n    - {filter: \"price > 0 OR shop = '|'\"}\n    - {drop: [price]}\n", 1)
    text = render(declared(facts, {SALES: steps}))
    assert 'Steps, in order:\n\n1. `{"filter": "price > 0 OR shop = \'\\|\'"}`\n2. `{"drop": ["price"]}`' in text


def test_the_models_that_use_it(facts: Facts) -> None:
    second = SPEC_FILES["specs/demand.yaml"].replace('"name": "demand"', '"name": "second"')
    assert "trained with it: `demand`." in render(facts)
    assert "trained with it: `demand`, `second`." in render(declared(facts, {"specs/second.yaml": second}))
