"""What environments let in. https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments"""

from __future__ import annotations

from typing import Any

import pytest
from support.doctor_world import told_of_github
from support.github_settings import REVIEWERS, SettingsServer, protection

from mlspec.setup.doctor.examined import Examined

PROTECTED_ONLY = {"protected_branches": True, "custom_branch_policies": False}


@pytest.mark.parametrize(("form", "outcome"), [(None, "problem"), (protection(["plan"]), "ok")])
def test_protected_branches_only_is_about_branch_protection(
    form: dict[str, Any] | None, outcome: str, examined: Examined, github: SettingsServer
) -> None:
    """ "If no branch protection rules are defined for any branch in the repository, then all branches can deploy.\""""
    github.repository.environments["production"]["deployment_branch_policy"] = PROTECTED_ONLY
    github.repository.protection = form
    found = told_of_github(examined)["production: branches"]
    assert found.outcome == outcome
    assert outcome == "ok" or ("every branch" in found.what and "`main` alone" in found.fix)


def test_a_protection_that_can_not_be_read_is_no_yes(examined: Examined, github: SettingsServer) -> None:
    github.repository.environments["production"]["deployment_branch_policy"] = PROTECTED_ONLY
    github.repository.protection = protection(["plan"])
    github.hide("repos/get-branch-protection")
    found = told_of_github(examined)
    assert found["production: branches"].outcome == "skipped" and found["staging: branches"].outcome == "ok"


@pytest.mark.parametrize(("may", "told"), [(True, True), (False, False), (None, False)])
def test_administrators_who_may_force_a_deployment_are_told(
    may: bool | None, told: bool, examined: Examined, github: SettingsServer
) -> None:
    github.repository.environments["production"] |= {} if may is None else {"can_admins_bypass": may}
    found = told_of_github(examined)["production: reviewers"]
    assert found.outcome == "ok" and ("administrators may force" in found.what) == told
    assert found.what.startswith("required, and nobody approves their own") and REVIEWERS["prevent_self_review"]
