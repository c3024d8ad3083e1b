"""MLS1051: A cache holds answers that are drawn at random."""

from __future__ import annotations

import pytest
from support.lint import CLEAN, MODEL, PRODUCTION, STAGING, TARGET, Edit, edited, told

CACHE: Edit = (TARGET, "rest: {", "rest: {cache: {answers: 10}, ")


def dummy(strategy: str) -> Edit:
    """The model, with an estimator that draws, or does not."""
    return MODEL, "class: sklearn.linear_model.Ridge, params: {alpha: 1.0}", f"class: sklearn.dummy.DummyClassifier, params: {strategy}"


@pytest.mark.parametrize("strategy", ["stratified", "uniform"])
def test_it_tells_where_a_deployment_names_its_target(strategy: str) -> None:
    found = told("MLS1051", edited(CACHE, dummy(f"{{strategy: {strategy}}}")))
    message = f"`model/demand` draws its answers (`strategy: {strategy}`), and its target keeps them"
    assert found == [(path, "local-rest", message) for path in (PRODUCTION, STAGING)]


@pytest.mark.parametrize("params", ["{strategy: prior}", "{}"])
def test_a_strategy_that_draws_nothing_is_cached(params: str) -> None:
    assert told("MLS1051", edited(CACHE, dummy(params))) == []


def test_who_caches_nothing_may_draw() -> None:
    assert told("MLS1051", edited(dummy("{strategy: uniform}"))) == []


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1051", edited(CACHE)) == told("MLS1051", CLEAN) == []
