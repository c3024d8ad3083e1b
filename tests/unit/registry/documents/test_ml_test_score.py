"""The 28 tests: a point for what runs by itself, half of one for what was measured once, nothing for what Git does not show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.evidence_world import SPEC_FILES
from support.facts import declared, evaluated, reporting, unread
from support.records import claim, claim_file, gate, rollback
from support.records import record as any_record

from mlspec.registry.documents.facts import Facts
from mlspec.registry.documents.ml_test_score import SECTIONS, render, score


def points(facts: Facts) -> dict[str, float]:
    """{test: points} of those that have any."""
    return {t.text: found.points for tests in SECTIONS.values() for t in tests if (found := t.look(facts))}


def judged(facts: Facts, *gates: dict[str, Any]) -> Facts:
    return replace(facts, claims=(claim_file(claim("staging", "v1.0.0", any_record(), gates=list(gates))),))


def test_what_this_repository_shows(facts: Facts) -> None:
    assert points(facts) == {
        "what is expected of features stands in a schema": 1,
        "privacy is controlled along the pipeline": 1,
        "the code that makes features is tested": 1,
        "every model spec is reviewed and checked in": 0.5,
        "a simpler model is not better": 1,
        "quality holds in important slices": 1,
        "training is reproducible": 0.5,
        "the whole pipeline is tested together": 1,
        "quality is validated before serving": 1,
        "data invariants hold in training and serving": 0.5,
        "training and serving compute the same": 0.5,
    }
    assert score(facts) == 1.0


def test_of_a_version_without_specs_and_claims_nothing_is_shown(facts: Facts) -> None:
    bare = replace(unread(facts), claims=(), everywhere=(), environment=None)
    assert points(bare) == {}
    assert score(bare) == 0
    assert "**0**: the least of" in render(bare)


SIMPLER, SLICES = "a simpler model is not better", "quality holds in important slices"


@pytest.mark.parametrize(
    ("made", "simpler", "slices"),
    [
        (lambda f: judged(f, gate("mae vs baseline, better by 10%"), gate("mae <= 60 within shop", "shop=a")), 1, 1),
        (lambda f: judged(f, gate("mae <= 50")), 0.5, 0.5),  # measured, and judged by no gate
        (lambda f: judged(f, gate("mae vs baseline, better by 10%", verdict="inconclusive")), 0.5, 0.5),
        (lambda f: judged(f, gate("mae vs champion, better by 10%")), 0.5, 0.5),
        (lambda f: judged(evaluated(f, baseline={}, slices={}), gate("mae <= 50")), 0, 0),
        (lambda f: judged(evaluated(f, baseline=3, slices=[]), gate("mae <= 50")), 1 / 2, 0),
        (lambda f: judged(evaluated(f, metrics={}), gate("mae <= 50")), 0, 0),  # not the record's numbers
        (lambda f: judged(reporting(f, "evaluation.json", None), gate("mae <= 50")), 0, 0),
    ],
)  # fmt: skip
def test_a_gate_that_passed_counts_more_than_figures(facts: Facts, made: Callable[[Facts], Facts], simpler: float, slices: float) -> None:
    found = points(made(facts))
    assert (found.get(SIMPLER, 0), found.get(SLICES, 0)) == (simpler, slices)


def test_a_gate_that_no_kpi_of_the_project_asks_for_counts_for_nothing(facts: Facts) -> None:
    """A claim's text is what somebody wrote: only the KPIs say what a gate was of."""
    assert points(judged(reporting(facts, "evaluation.json", None), gate("mae vs baseline, better by 99%"))).get(SIMPLER, 0) == 0


POLICY = "apiVersion: mlspec/v1\nkind: Policy\nmetadata: {{name: p}}\nspec: {{environments: [{}], {}}}\n"


@pytest.mark.parametrize(
    ("policy", "test", "given"),
    [
        (POLICY.format("staging", "require: {approvals: {count: 1}}"), "every model spec is reviewed and checked in", 1),
        (POLICY.format("production", "require: {approvals: {count: 1}}"), "every model spec is reviewed and checked in", 0.5),
        (POLICY.format("staging", "forbid: {pii: features}"), "features keep the rules of the house", 1),
        (POLICY.format("production", "forbid: {pii: features}"), "features keep the rules of the house", 0),
    ],
)
def test_policies_count_where_the_version_was_promoted_to(facts: Facts, policy: str, test: str, given: float) -> None:
    assert points(declared(facts, {"specs/p.yaml": policy})).get(test, 0) == given


def test_code_of_the_projects_own_is_for_its_owner_to_test(facts: Facts) -> None:
    test = "the code that makes features is tested"
    filtered = SPEC_FILES["specs/sales.yaml"].replace("spec:\n", "spec:\n  clean: [{filter: price > 0}]\n", 1)
    assert points(facts)[test] == 1
    found = declared(facts, {"specs/sales.yaml": filtered})
    assert test not in points(found)
    assert test not in points(replace(facts, sources=()))


def test_a_rollback_anywhere_shows_that_one_is_possible(facts: Facts) -> None:
    test = "a model can be rolled back"
    back = claim_file(rollback("production", "v1.0.0", any_record()))
    assert points(replace(facts, everywhere=(*facts.everywhere, back)))[test] == 1
    assert test not in points(facts)


@pytest.mark.parametrize(
    ("path", "test"),
    [
        (".github/dependabot.yml", "changes of dependencies are told"),
        (".github/workflows/mlspec-retrain.yml", "models are not too stale"),
        (".github/workflows/mlspec-ci.yml", "the whole pipeline is tested together"),
    ],
)
def test_generated_files_count_where_they_are_committed(facts: Facts, path: str, test: str) -> None:
    assert points(replace(facts, files={path: b"x"}))[test] == 1
    assert test not in points(replace(facts, files={}))
