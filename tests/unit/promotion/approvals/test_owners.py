"""Who stands behind an owner; "can't tell" is no yes, and no no either."""

from __future__ import annotations

import pytest

from mlspec.promotion.approvals.owners import stands_behind

TEAMS = {"@acme/forecasting": ("Anna", "ben"), "@acme/empty": ()}
GITHUB: dict[tuple[str, str], bool | None] = {("acme/risk", "carl"): True, ("acme/risk", "anna"): False}


def ask(team: str, login: str) -> bool | None:
    return GITHUB.get((team, login))


@pytest.mark.parametrize(
    ("login", "owner", "expected"),
    [
        ("Ada", "@ada", True),
        ("ada", "@adam", False),
        ("anna", "@acme/forecasting", True),
        ("BEN", "@Acme/Forecasting", True),
        ("carl", "@acme/forecasting", False),
        ("carl", "@acme/empty", False),
        ("carl", "@acme/risk", True),
        ("anna", "@acme/risk", False),
        ("dora", "@acme/risk", None),
        ("dora", "@dora @acme/risk", True),
        ("dora", "@ada @acme/risk", None),
        ("dora", "dora@example.org", None),
        ("dora", "the team next door", None),
    ],
)
def test_who_stands_behind_an_owner(login: str, owner: str, expected: bool | None) -> None:
    assert stands_behind(login, owner, TEAMS, ask) is expected
