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
