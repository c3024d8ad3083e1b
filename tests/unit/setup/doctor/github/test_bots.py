"""Rules that the workflows' own pushes and statuses meet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cli import git
from support.doctor_world import outcomes, told_of_github
from support.github_settings import SettingsServer, protection

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.github import used


@pytest.mark.parametrize(("app", "says"), [(15368, "must come from GitHub Actions"), (77, "must come from the app 77")])
def test_a_check_that_only_one_app_may_report(app: int, says: str, examined: Examined, github: SettingsServer) -> None:
    (rule,) = [r for r in github.repository.rules if r["type"] == "required_status_checks"]
    rule["parameters"]["required_status_checks"][0]["integration_id"] = app
    found = told_of_github(examined)
    assert outcomes(found, "problem") == {"sources of checks"}
    assert says in found["sources of checks"].what and "'Any source'" in found["sources of checks"].fix


@pytest.mark.parametrize(("app", "outcome"), [(15368, "problem"), (-1, "ok"), (None, "ok")])
def test_the_same_by_branch_protection(app: int | None, outcome: str, examined: Examined, github: SettingsServer) -> None:
    github.repository.rules, github.repository.rulesets = [], {}
    github.repository.protection = protection(used.required_checks(examined))
    github.repository.protection["required_status_checks"]["checks"][0]["app_id"] = app
    assert told_of_github(examined)["sources of checks"].outcome == outcome


def test_who_may_not_read_the_protection_sees_its_checks(examined: Examined, github: SettingsServer) -> None:
    github.hide("repos/get-branch-protection", status=404, message="Not Found")
    github.repository.rules, github.repository.protection = [], protection(used.required_checks(examined))
    github.repository.seen = {"required_status_checks": {"contexts": ["plan"], "checks": [{"context": "plan", "app_id": 15368}]}}
    assert told_of_github(examined)["sources of checks"].outcome == "problem"


def test_a_pinned_check_of_somebody_elses_is_theirs(examined: Examined, github: SettingsServer) -> None:
    (rule,) = [r for r in github.repository.rules if r["type"] == "required_status_checks"]
    rule["parameters"]["required_status_checks"].append({"context": "lint", "integration_id": 15368})
    assert told_of_github(examined)["sources of checks"].outcome == "ok"


@pytest.mark.parametrize("by", ["ruleset", "protection"])
def test_signed_commits(by: str, root: Path, examined: Examined, github: SettingsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    if by == "ruleset":
        github.repository.rules.append({"type": "required_signatures", "ruleset_id": 7})
    else:
        github.repository.protection = protection([]) | {"required_signatures": {"url": "x", "enabled": True}}
    found = told_of_github(examined)["signed commits"]
    assert found.outcome == "problem" and "commit.gpgsign true" in found.fix
    git(root, "config", "commit.gpgsign", "true")
    assert told_of_github(examined)["signed commits"].what == "required; GitHub signs those of the workflows, Git yours"
    git(root, "config", "commit.gpgsign", "false")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert told_of_github(examined)["signed commits"].outcome == "ok"


@pytest.mark.parametrize(
    ("pattern", "kind", "outcome"),
    [
        ("*", "pull_request", "problem"),
        ("*", "update", "problem"),
        ("*", "required_status_checks", "problem"),
        ("*", "required_signatures", "ok"),
        ("*", "deletion", "ok"),
        ("mlspec/*", "non_fast_forward", "problem"),
        ("mlspec/*", "creation", "problem"),
        ("mlspec-doctor/*", "creation", "ok"),  # who may make a branch is not who may push results to it
        ("feature/*", "pull_request", "ok"),
        ("main", "pull_request", "ok"),
    ],
)
def test_a_ruleset_that_covers_other_branches(pattern: str, kind: str, outcome: str, examined: Examined, github: SettingsServer) -> None:
    github.repository.branch_rules = {pattern: [{"type": kind, "ruleset_id": 8}]}
    github.repository.rulesets[8] = github.repository.rulesets[7] | {"id": 8}
    found = told_of_github(examined)["branches of pull requests"]
    assert found.outcome == outcome
    if outcome == "problem":
        assert kind in found.what and "narrow the ruleset to `main`" in found.fix and "422" in found.fix


@pytest.mark.parametrize(
    ("actors", "outcome"),
    [
        ([{"actor_id": 15368, "actor_type": "Integration", "bypass_mode": "always"}], "ok"),
        ([{"actor_id": 15368, "actor_type": "Integration", "bypass_mode": "exempt"}], "ok"),
        ([{"actor_id": 15368, "actor_type": "Integration", "bypass_mode": "pull_request"}], "problem"),
        ([{"actor_id": 4242, "actor_type": "Integration", "bypass_mode": "always"}], "problem"),  # the jobs push as GitHub Actions
        ([{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}], "problem"),
        (None, "problem"),
    ],
)
def test_who_is_let_by(actors: list[dict[str, Any]] | None, outcome: str, examined: Examined, github: SettingsServer) -> None:
    github.repository.branch_rules = {"mlspec/*": [{"type": "pull_request", "ruleset_id": 8}]}
    whole = github.repository.rulesets[7] | {"id": 8, "bypass_actors": actors}
    github.repository.rulesets[8] = {k: v for k, v in whole.items() if v is not None}
    assert told_of_github(examined)["branches of pull requests"].outcome == outcome


@pytest.mark.parametrize(
    ("spec", "pattern", "actor", "outcome"),
    [
        ("", "mlspec/*", 4242, "ok"),
        ("", "mlspec/*", 15368, "problem"),  # GitHub Actions is let by, and the App pushes
        ("", "*", 4242, "problem"),  # `record` pushes with the workflow's own token
        (", pullRequests: true", "*", 4242, "ok"),
    ],
)
def test_an_app_of_ones_own(
    spec: str, pattern: str, actor: int, outcome: str, root: Path, examined: Examined, github: SettingsServer
) -> None:
    text = (root / "mlspec.yaml").read_text()
    (root / "mlspec.yaml").write_text(f"{text}  ci: {{app: {{slug: acme-mlspec, clientId: Iv23liAbCdEfGhIjKlMn{spec}}}}}\n")
    github.repository.branch_rules = {pattern: [{"type": "pull_request", "ruleset_id": 8}]}
    actors = [{"actor_id": actor, "actor_type": "Integration", "bypass_mode": "always"}]
    github.repository.rulesets[8] = github.repository.rulesets[7] | {"id": 8, "bypass_actors": actors}
    found = told_of_github(open_project(root))["branches of pull requests"]
    assert found.outcome == outcome and (pattern != "*" or outcome == "ok" or "`record` can't" in found.what)


@pytest.mark.parametrize(
    ("allowed", "ruleset", "outcome"),
    [
        (False, None, "ok"),
        (True, None, "problem"),
        (None, None, "skipped"),
        (True, ["merge", "squash"], "ok"),
        (True, ["rebase"], "problem"),
    ],
)
def test_how_it_is_merged(
    allowed: bool | None, ruleset: list[str] | None, outcome: str, examined: Examined, github: SettingsServer
) -> None:
    github.repository.rebase = allowed
    (rule,) = [r for r in github.repository.rules if r["type"] == "pull_request"]
    rule["parameters"] |= {"allowed_merge_methods": ruleset} if ruleset else {}
    found = told_of_github(examined)["merge methods"]
    assert found.outcome == outcome and (outcome == "ok" or found.fix)
