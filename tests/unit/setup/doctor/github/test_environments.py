"""What environments let in. https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.doctor_world import SECRETS, outcomes, strict_repository, told_of_github
from support.github_settings import MAIN_ONLY, REVIEWERS, WAIT, SettingsServer, protection

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.github import used

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


SCORES = """\
on:
  schedule: [{cron: "0 4 * * *"}]
jobs:
  score:
    environment: staging-batch
"""


def test_the_environment_that_signs_is_the_main_branchs(root: Path, examined: Examined, github: SettingsServer) -> None:
    """It has the key: a doctor who has it opened to all branches hands the key to everybody who may push one."""
    spec = root / "mlspec.yaml"
    trusted = (
        "  signing: {trusted: {identities: [{identity: 'https://github.com/ada/shop/.github/workflows/mlspec-sign.yml@refs/heads/main'}]}}"
    )
    spec.write_text(f"{spec.read_text()}{trusted}\n")
    signing = open_project(root)
    github.repository = strict_repository(signing)
    github.repository.environments["mlspec-signing"] = {"protection_rules": [], "deployment_branch_policy": None}
    github.repository.secrets["mlspec-signing"] = SECRETS
    found = told_of_github(signing)["mlspec-signing: branches"]
    assert found.outcome == "problem" and "any branch" in found.what and "`main` alone" in found.fix
    github.repository.environments["mlspec-signing"]["deployment_branch_policy"] = MAIN_ONLY
    github.repository.policies["mlspec-signing"] = ["main"]
    assert outcomes(told_of_github(signing), "problem") == set()


@pytest.mark.parametrize(("rules", "outcome"), [([], "ok"), ([REVIEWERS], "problem"), ([WAIT], "problem")])
def test_what_a_schedule_starts_waits_for_nobody(
    rules: list[dict[str, Any]], outcome: str, examined: Examined, github: SettingsServer
) -> None:
    path = f"{used.FOLDER}mlspec-of-a-schedule.yml"
    examined.workspace.generated[path] = SCORES
    github.repository.workflows[path] = "active"
    github.repository.environments["staging-batch"] = {"protection_rules": rules, "deployment_branch_policy": MAIN_ONLY}
    github.repository.policies["staging-batch"] = ["main"]
    found = told_of_github(examined)
    assert found["staging-batch: branches"].what == "main only" and found["staging-batch: reviewers"].outcome == outcome
    assert outcomes(found, "problem") == ({"staging-batch: reviewers"} if outcome == "problem" else set())
