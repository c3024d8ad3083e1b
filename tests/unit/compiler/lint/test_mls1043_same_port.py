"""MLS1043: two deployments serve at one port."""

from __future__ import annotations

import pytest
from support.lint import STAGING, TARGET, edited, told


def test_it_tells() -> None:
    specs = edited(
        (TARGET, "port: 0", "port: 8080"),
        (
            "environments/staging/again.yaml",
            "",
            "apiVersion: mlspec/v1\nkind: Deployment\nmetadata: {name: again, environment: staging}\nspec: {model: demand, target: local-rest}\n",
        ),
    )
    assert told("MLS1043", specs) == [
        (STAGING, "local-rest", "`deployment/staging/demand` and `deployment/staging/again` both serve at 127.0.0.1:8080")
    ]


AGAIN = (
    "apiVersion: mlspec/v1\nkind: Deployment\nmetadata: {name: again, environment: staging}\nspec: {model: demand, target: local-rest}\n"
)
OVERLAY = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: local-rest}\nspec: {rest: {port: PORT}}\n"


def test_a_target_is_seen_as_its_environment_has_it() -> None:
    twice = ("environments/staging/again.yaml", "", AGAIN)
    laid = "environments/staging/overlays/rest.yaml"
    assert len(told("MLS1043", edited(twice, (laid, "", OVERLAY.replace("PORT", "8080"))))) == 1
    assert told("MLS1043", edited((TARGET, "port: 0", "port: 8080"), twice, (laid, "", OVERLAY.replace("PORT", "0")))) == []


TWINS = [
    edited(
        (
            "environments/staging/again.yaml",
            "",
            "apiVersion: mlspec/v1\nkind: Deployment\nmetadata: {name: again, environment: staging}\nspec: {model: demand, target: local-rest}\n",
        )
    ),
    edited((TARGET, "port: 0", "port: 8080")),
]


@pytest.mark.parametrize("specs", TWINS)
def test_it_is_silent_on_the_twins(specs: dict[str, str]) -> None:
    assert told("MLS1043", specs) == []
