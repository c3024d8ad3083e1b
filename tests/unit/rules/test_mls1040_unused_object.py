"""MLS1040: an object is used by nothing."""

from __future__ import annotations

from support.lint import CLEAN, edited, told


def test_it_tells() -> None:
    specs = edited(
        ("specs/second.yaml", "", "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: second}\nspec: {rest: {port: 0}}\n")
    )
    assert told("MLS1040", specs) == [("specs/second.yaml", "second", "no Deployment uses `target/second`")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1040", CLEAN) == []
