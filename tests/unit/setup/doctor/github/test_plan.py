"""What GitHub does not offer is no problem that no setting can mend, and no silence either."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import git
from support.doctor_world import SECRETS, outcomes, told_of_github
from support.github_settings import UPGRADE, SettingsServer

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined

BRANCH = {"pull requests", "code owners", "stale approvals", "required checks", "force pushes", "bypass"}
OF_ENVIRONMENTS = {f"{name}: environment" for name in ("mlspec-storage", "staging", "production")}


def without_rules(github: SettingsServer) -> None:
    """A private repository on GitHub Free: no protected branches, rulesets or environments.

    https://github.com/github/docs/blob/main/data/reusables/gated-features/ (protected-branches.md, repo-rules.md, environments.md)
    """
    github.hide("repos/get-branch-protection", "repos/get-branch-rules", message=UPGRADE)
    github.repository.environments, github.repository.plan = {}, "free"
    github.repository.repository_secrets = SECRETS


@pytest.mark.parametrize("owner", ["Organization", "User"])
def test_a_free_plan_has_neither_rules_nor_environments(owner: str, examined: Examined, github: SettingsServer) -> None:
    without_rules(github)
    github.repository.owner_type = owner
    found = told_of_github(examined)
    assert outcomes(found, "limited") == BRANCH | OF_ENVIRONMENTS | {"CODEOWNERS"} and outcomes(found, "problem") == set()
    assert all("not offered by your plan (GitHub Free, private repository)" in found[c].what for c in BRANCH | OF_ENVIRONMENTS)
    assert "`mlspec verify`" in found["pull requests"].fix and "anybody who can push" in found["pull requests"].what


def test_who_is_not_told_the_plan_is_told_that_it_has_no_rules(examined: Examined, github: SettingsServer) -> None:
    """An administrator of the repository who owns no organization: else each environment is a problem that no setting mends."""
    without_rules(github)
    github.repository.plan = None
    found = told_of_github(examined)
    assert outcomes(found, "limited") == BRANCH | OF_ENVIRONMENTS | {"CODEOWNERS"} and outcomes(found, "problem") == set()


def test_its_secrets_are_the_repositorys(examined: Examined, github: SettingsServer) -> None:
    without_rules(github)
    assert told_of_github(examined)["production: secrets"].what.endswith("of the repository: every workflow may read them")
    github.repository.repository_secrets = SECRETS[:1]
    lacking = told_of_github(examined)["production: secrets"]
    assert lacking.outcome == "problem" and lacking.fix == "`gh secret set AWS_SECRET_ACCESS_KEY --repo ada/shop`"


@pytest.mark.parametrize(
    ("owner", "plan", "private", "outcome"),
    [
        ("Organization", "enterprise", True, "problem"),
        ("Organization", "business_plus", True, "problem"),
        ("Organization", "team", True, "limited"),
        ("Organization", "team", False, "problem"),
        ("Organization", "free", False, "problem"),
        ("User", "pro", True, "limited"),
        ("User", None, True, "limited"),  # nobody sells Enterprise to a person
        ("Organization", None, True, "skipped"),
        ("Organization", "bronze", True, "skipped"),
        ("Organization", None, False, "problem"),
    ],
)
def test_reviewers_of_a_deployment(
    owner: str, plan: str | None, private: bool, outcome: str, examined: Examined, github: SettingsServer
) -> None:
    github.repository.environments["production"]["protection_rules"] = []
    github.repository.owner_type, github.repository.plan, github.repository.private = owner, plan, private
    found = told_of_github(examined)
    assert found["production: reviewers"].outcome == outcome and found["production: reviewers"].fix
    assert outcomes(found, "problem") == ({"production: reviewers"} if outcome == "problem" else set())


@pytest.mark.parametrize(("plan", "outcome", "said"), [("team", "limited", "not offered"), (None, "ok", "if the plan has them")])
def test_reviewers_that_are_listed_may_not_be_asked(
    plan: str | None, outcome: str, said: str, examined: Examined, github: SettingsServer
) -> None:
    """Of a repository that was public once: what the plan lacks is kept, and ignored (docs.github.com/actions/reference/environments)."""
    github.repository.plan = plan
    found = told_of_github(examined)["production: reviewers"]
    assert found.outcome == outcome and said in found.what


@pytest.mark.parametrize("server", ["https://acme.ghe.com", "https://git.example.com"])
@pytest.mark.parametrize("owner", ["Organization", "User"])
def test_other_servers_are_enterprise(
    server: str, owner: str, root: Path, examined: Examined, github: SettingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", server)
    git(root, "remote", "set-url", "origin", f"{server}/ada/shop.git")
    github.repository.environments["production"]["protection_rules"] = []
    github.repository.owner_type, github.repository.plan = owner, None
    assert told_of_github(open_project(root))["production: reviewers"].outcome == "problem"


def test_an_internal_repository_is_an_enterprises(examined: Examined, github: SettingsServer) -> None:
    github.repository.environments["production"]["protection_rules"] = []
    github.repository.visibility, github.repository.plan = "internal", None
    assert told_of_github(examined)["production: reviewers"].outcome == "problem"


def test_a_plan_that_has_rules_is_asked_for_them(examined: Examined, github: SettingsServer) -> None:
    github.repository.plan, github.repository.rules, github.repository.rulesets = "team", [], {}
    assert outcomes(told_of_github(examined), "problem") == BRANCH


def test_another_persons_plan_is_not_the_owners(root: Path, examined: Examined, github: SettingsServer) -> None:
    """`GET /user` tells the plan of whose token it is."""
    git(root, "remote", "set-url", "origin", "https://github.com/grace/shop.git")
    github.slug, github.repository.owner_type, github.repository.plan = "grace/shop", "User", "free"
    github.repository.environments["production"]["protection_rules"] = []
    found = told_of_github(open_project(root))
    assert "GitHub Free or Pro" in found["production: reviewers"].what and found["staging: environment"].outcome == "ok"
