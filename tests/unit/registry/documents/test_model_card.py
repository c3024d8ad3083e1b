"""The card, section by section: what the record, the specs and the evaluation have, and what nobody wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from support.facts import declared, evaluated, reporting, unread
from support.records import claim, claim_file, deployed, estimate, gate, sha
from support.records import record as any_record

from mlspec.registry.documents.facts import Facts
from mlspec.registry.documents.model_card import render

SECTIONS = (
    "Model Details", "Intended Use", "Factors", "Metrics", "Evaluation Data", "Training Data", "Quantitative Analyses", "Ethical Considerations",
    "Caveats and Recommendations",
)  # fmt: skip


def section(facts: Facts, heading: str) -> str:
    return render(facts).split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_nine_sections_stand_in_the_papers_order_whatever_is_known(facts: Facts) -> None:
    for found in (facts, unread(facts), replace(facts, claims=()), reporting(facts, "evaluation.json", None)):
        assert tuple(re.findall(r"^## (.+)$", render(found), re.MULTILINE)) == SECTIONS


def test_what_nobody_wrote_is_told_to_whom_it_is_missing(facts: Facts) -> None:
    without = unread(facts)
    missing = re.findall(r"\*\*missing\*\*: write `(?:card|metadata)\.(\w+)`", render(without))
    assert set(missing) == {
        "description", "license", "contact", "references", "intendedUse", "users", "outOfScope", "factors", "metrics", "ethicalConsiderations", "risks",
        "caveats", "limitations",
    }  # fmt: skip


def test_details_name_owner_task_and_digests(facts: Facts) -> None:
    details = section(facts, "Model Details")
    for row in (
        "| owner | `@acme/forecasting` |",
        "| task | regression |",
        "| estimator | `sklearn.linear_model.Ridge` |",
        '| parameters | `{"alpha": 1.0}` |',
    ):
        assert row in details
    assert f"`{facts.entry.record.digest}`" in details
    assert "| owner |" not in section(unread(facts), "Model Details")


def test_where_it_stands_is_what_head_declares(facts: Facts) -> None:
    assert "Deployed: nowhere." in render(facts)
    there = declared(facts, {"environments/production/demand.yaml": deployed("production", "v1.0.0", sha("c"))})
    assert "Deployed: `deployment/production/demand`." in render(there)
    other = declared(facts, {"environments/production/demand.yaml": deployed("production", "v1.1.0", sha("c"))})
    assert "Deployed: nowhere." in render(other)


def test_rows_of_both_sides_with_their_times(facts: Facts) -> None:
    test, train = section(facts, "Evaluation Data"), section(facts, "Training Data")
    assert "| rows | 150 |" in test
    assert "| from | `2024-09-02` |" in test
    assert "| rows | 450 |" in train
    unsplit = reporting(facts, "split.json", {"test": {"rows": True, "first": ["x|y"]}, "train": 3})
    assert "| rows | - |" in section(unsplit, "Evaluation Data")
    assert "| from | `['x\\|y']` |" in section(unsplit, "Evaluation Data")
    assert "`split.json` is not at the record's commit" in section(unsplit, "Training Data")


@pytest.mark.parametrize("environment", ["staging", None])
def test_what_must_be_reached_is_of_the_environment(facts: Facts, environment: str | None) -> None:
    assert "- `mae <= 50`" in section(replace(facts, environment=environment), "Metrics")
    assert "write a KPISet" in section(unread(facts), "Metrics")


def test_gates_are_those_of_the_claim(facts: Facts) -> None:
    gates = [gate("mae <= 9", verdict="pass", message="<b>fine</b>"), gate("r2 >= 0", "shop=a|b")]
    found = replace(facts, claims=(claim_file(claim("canary", "v1.0.0", any_record(), gates=gates)),))
    text = section(found, "Quantitative Analyses")
    assert "Gates of the claim for `canary`" in text
    assert "| `mae <= 9` | `overall` | pass | `<b>fine</b>` |" in text
    assert "`shop=a\\|b`" in text
    assert "**missing**: no promotion's claim" in section(replace(facts, claims=()), "Quantitative Analyses")


def test_figures_by_group_class_and_comparison(facts: Facts) -> None:
    spread = {"groups": {"a": 0.5, "b|": 0.25}, "rows": {"a": 10}, "difference": estimate(0.25)}
    classes = {"yes": {"rows": 10, "precision": 0.5, "recall": 1.0, "f1": 2 / 3}, "no": 3}
    text = section(evaluated(facts, fairness={"shop": {"mae": spread}}, classes=classes), "Quantitative Analyses")
    for row in ("| `yes` | 10 | 0.5 | 1 | 0.666667 |", "| `no` | - | - | - | - |", "| `a` | 10 | 0.5 |", "| `b\\|` | - | 0.25 |"):
        assert row in text
    assert "`mae` differs by 0.25 (-0.75 to 1.25)." in text
    assert "| `south` | 75 | `mae` 3.5 (2.5 to 4.5) |" in text


ODD: list[Any] = [3, "x", [1], None, {"a": 3}, {"a": {"b": [1]}}, {"a": {"b": {"value": "x"}}}, {"\ud800": {"\u202e": {"rows": 10**400}}}]


@pytest.mark.parametrize("part", ["slices", "fairness", "classes", "baseline"])
@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_parts_of_an_evaluation_may_be_anything(facts: Facts, part: str, value: Any) -> None:
    text = render(evaluated(facts, **{part: value}))
    assert text.encode()
    assert all(c.isprintable() or c == "\n" for c in text)


def test_personal_data_is_named(facts: Facts) -> None:
    assert "marked as personal data: `shop`." in section(facts, "Ethical Considerations")
    assert "marked as personal data: none." in section(unread(facts), "Ethical Considerations")
