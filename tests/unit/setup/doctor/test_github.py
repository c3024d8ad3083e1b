"""The repository's settings, against a server that holds each request against GitHub's own description."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cli import git
from support.doctor_world import SECRETS, outcomes
from support.doctor_world import told_of_github as told
from support.github_server import TOKEN
from support.github_settings import MAIN_ONLY, NOT_ALLOWED, REVIEWERS, WAIT, Repository, SettingsServer, protection

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.github import settings, used

PLACE = "https://github.com/ada/shop/settings"
BOTS = {"sources of checks", "signed commits", "branches of pull requests", "merge methods"}
ADMINISTRATION = (
    "repos/get-branch-protection",
    "repos/get-repo-ruleset",
    "actions/get-github-actions-permissions-repository",
    "actions/get-github-actions-default-workflow-permissions-repository",
)


def test_a_strict_repository_is_all_ok(examined: Examined, github: SettingsServer) -> None:
    found = told(examined)
    assert outcomes(found, "ok") == set(found) and len(found) == 31
    assert found["required checks"].what == ", ".join(used.required_checks(examined)) == "plan, gather, record, verify, mlspec/approvals"
    assert found["production: reviewers"].what == "required, and nobody approves their own"


def test_branch_protection_counts_like_a_ruleset(examined: Examined, github: SettingsServer) -> None:
    github.repository.rules, github.repository.rulesets = [], {}
    github.repository.protection = protection(used.required_checks(examined))
    assert outcomes(told(examined), "problem") == set()


def test_a_new_repository_is_told_everything_with_its_fix(examined: Examined, github: SettingsServer) -> None:
    fresh = Repository(actions={"enabled": True, "allowed_actions": "all", "sha_pinning_required": False}, owner_errors=None)
    fresh.token = {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": False}
    github.repository = fresh
    found = told(examined)
    branch = {"pull requests", "code owners", "stale approvals", "required checks", "force pushes", "bypass"}
    environments = {f"{name}: environment" for name in ("mlspec-storage", "staging", "production")}
    actions = {"pinned actions", "workflow token", "workflows' pull requests", "workflows", "CODEOWNERS"}
    assert outcomes(found, "problem") == branch | environments | actions
    assert outcomes(found, "ok") == {"token", "server", "main branch", "Actions", "waiting deployments", *BOTS}
    assert all(f"{PLACE}/rules" in found[c].fix for c in branch)
    assert all(f"{PLACE}/environments" in found[c].fix for c in environments)
    assert all(v.fix for v in found.values() if v.outcome == "problem")


@pytest.mark.parametrize(
    ("change", "check", "says"),
    [
        ({"required_approving_review_count": 0}, "pull requests", "without an approval"),
        ({"require_code_owner_review": False}, "code owners", "anybody's approval"),
        ({"dismiss_stale_reviews_on_push": False}, "stale approvals", "outlives"),
        ({"required_status_checks": [{"context": "lint"}]}, "required checks", "verify"),
    ],
)
def test_a_rule_that_is_too_weak(change: dict[str, Any], check: str, says: str, examined: Examined, github: SettingsServer) -> None:
    for rule in github.repository.rules:
        parameters = rule.get("parameters", {})
        parameters |= {k: v for k, v in change.items() if k in parameters}
    found = told(examined)
    assert outcomes(found, "problem") == {check} and says in found[check].what


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"required_pull_request_reviews": None}, "pull requests"),
        ({"required_pull_request_reviews": {"required_approving_review_count": 0, "dismiss_stale_reviews": True, "require_code_owner_reviews": True}}, "pull requests"),
        ({"required_pull_request_reviews": {"required_approving_review_count": 1, "dismiss_stale_reviews": True, "require_code_owner_reviews": False}}, "code owners"),
        ({"required_status_checks": None}, "required checks"),
        ({"allow_force_pushes": {"enabled": True}}, "force pushes"),
        ({"enforce_admins": {"url": "x", "enabled": False}}, "bypass"),
    ],
)  # fmt: skip
def test_a_protection_that_is_too_weak(change: dict[str, Any], check: str, examined: Examined, github: SettingsServer) -> None:
    github.repository.rules, github.repository.rulesets = [], {}
    github.repository.protection = protection(used.required_checks(examined)) | change
    assert check in outcomes(told(examined), "problem")


def test_rules_of_several_pages_are_all_read(examined: Examined, github: SettingsServer) -> None:
    github.repository.rules = [{"type": "creation"} for _ in range(150)] + github.repository.rules
    assert outcomes(told(examined), "problem") == set()


@pytest.mark.parametrize(
    ("ruleset", "outcome"),
    [
        ({"bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]}, "problem"),
        ({"bypass_actors": None, "current_user_can_bypass": "pull_requests_only"}, "problem"),
        ({"bypass_actors": None, "current_user_can_bypass": "never"}, "skipped"),
    ],
)
def test_who_may_bypass_a_ruleset(ruleset: dict[str, Any], outcome: str, examined: Examined, github: SettingsServer) -> None:
    whole = github.repository.rulesets[7] | ruleset
    github.repository.rulesets = {7: {k: v for k, v in whole.items() if v is not None}}
    found = told(examined)["bypass"]
    assert found.outcome == outcome and "ruleset main" in found.what and found.fix


def test_what_the_token_may_not_read_is_skipped_with_the_right_that_it_needs(examined: Examined, github: SettingsServer) -> None:
    github.repository.rules, github.repository.scopes = [], None
    github.repository.protection = protection([])
    github.hide(*ADMINISTRATION, "actions/list-environment-secrets")
    found = told(examined)
    administration = {"pull requests", "code owners", "stale approvals", "required checks", "force pushes", "bypass"}
    administration |= {"signed commits", "Actions", "pinned actions", "workflow token", "workflows' pull requests"}
    secrets = {f"{name}: secrets" for name in github.repository.environments}
    assert outcomes(found, "skipped") == administration | secrets and outcomes(found, "problem") == set()
    assert all("Administration: read" in found[c].fix and NOT_ALLOWED in found[c].what for c in administration)
    assert all("Environments: read" in found[c].fix for c in secrets)


def test_who_is_no_administrator_still_sees_rulesets_and_required_checks(examined: Examined, github: SettingsServer) -> None:
    github.hide("repos/get-branch-protection", status=404, message="Not Found")
    checks = used.required_checks(examined)
    github.repository.protection = protection(checks)
    github.repository.seen = {"required_status_checks": {"contexts": checks}}
    github.repository.rules = [r for r in github.repository.rules if r["type"] == "pull_request"]
    found = told(examined)
    assert outcomes(found, "skipped") == {"force pushes", "bypass", "signed commits"}
    assert found["required checks"].outcome == found["pull requests"].outcome == "ok"


def test_a_branch_that_is_not_protected_is_known_to_everybody(examined: Examined, github: SettingsServer) -> None:
    github.hide("repos/get-branch-protection", status=404, message="Not Found")
    github.repository.rules, github.repository.rulesets = [], {}
    found = told(examined)
    assert {"pull requests", "force pushes", "bypass"} <= outcomes(found, "problem")


@pytest.mark.parametrize(
    ("name", "form", "policies", "check"),
    [
        ("staging", {"deployment_branch_policy": None}, None, "staging: branches"),
        ("staging", {"deployment_branch_policy": MAIN_ONLY}, ["main", "release/*"], "staging: branches"),
        ("staging", {"deployment_branch_policy": MAIN_ONLY}, [], "staging: branches"),
        ("production", {"protection_rules": [{**REVIEWERS, "reviewers": []}]}, None, "production: reviewers"),
        ("production", {"protection_rules": [WAIT]}, None, "production: reviewers"),
        ("mlspec-storage", {"deployment_branch_policy": MAIN_ONLY}, None, "mlspec-storage: branches"),
        ("mlspec-storage", {"protection_rules": [REVIEWERS]}, None, "mlspec-storage: branches"),
        ("mlspec-storage", {"protection_rules": [WAIT]}, None, "mlspec-storage: branches"),
    ],
)
def test_an_environment_that_lets_in_the_wrong_ones(
    name: str, form: dict[str, Any], policies: list[str] | None, check: str, examined: Examined, github: SettingsServer
) -> None:
    github.repository.environments[name] |= form
    if policies is not None:
        github.repository.policies[name] = policies
    found = told(examined)
    assert outcomes(found, "problem") == {check} and f"{PLACE}/environments, `{name}`" in found[check].fix


def test_a_secret_that_is_not_there(examined: Examined, github: SettingsServer) -> None:
    github.repository.secrets = {**github.repository.secrets, "production": SECRETS[:1]}
    found = told(examined)
    assert outcomes(found, "problem") == {"production: secrets"}
    assert found["production: secrets"].fix == "`gh secret set AWS_SECRET_ACCESS_KEY --env production --repo ada/shop`"


def test_a_storage_without_secrets_asks_for_none(root: Path, examined: Examined, github: SettingsServer) -> None:
    (root / "mlspec.yaml").write_text((root / "mlspec.yaml").read_text().replace("s3://acme-ml/shop", "../storage"))
    assert not [c for c in told(open_project(root)) if "secrets" in c]
    assert "actions/list-environment-secrets" not in github.operations


def test_an_environment_that_nothing_is_deployed_to(root: Path, examined: Examined, github: SettingsServer) -> None:
    spec = root / "mlspec.yaml"
    spec.write_text(spec.read_text().replace("[staging, production]", "[staging, production, later]"))
    found = told(open_project(root))
    assert found["later: environment"].outcome == "ok" and "later: reviewers" not in found


@pytest.mark.parametrize(
    ("actions", "selected", "outcome"),
    [
        ({"enabled": False}, {}, "problem"),
        ({"enabled": True, "allowed_actions": "local_only"}, {}, "problem"),
        ({"enabled": True, "allowed_actions": "selected"}, {"github_owned_allowed": True, "patterns_allowed": []}, "ok"),
        ({"enabled": True, "allowed_actions": "selected"}, {"github_owned_allowed": False, "patterns_allowed": ["actions/*"]}, "ok"),
        (
            {"enabled": True, "allowed_actions": "selected"},
            {"github_owned_allowed": False, "patterns_allowed": ["actions/cache@*"]},
            "problem",
        ),
    ],
)
def test_which_actions_may_run(
    actions: dict[str, Any], selected: dict[str, Any], outcome: str, examined: Examined, github: SettingsServer
) -> None:
    github.repository.actions, github.repository.selected = actions, selected
    found = told(examined)
    assert found["Actions"].outcome == outcome
    assert found["pinned actions"].outcome == "skipped"  # an older server does not say


@pytest.mark.parametrize(("state", "says"), [("disabled_inactivity", "gh workflow enable mlspec-monitor.yml"), (None, "default branch")])
def test_a_workflow_that_does_not_run(state: str | None, says: str, examined: Examined, github: SettingsServer) -> None:
    path = ".github/workflows/mlspec-monitor.yml"
    github.repository.workflows.pop(path)
    if state:
        github.repository.workflows[path] = state
    found = told(examined)["workflows"]
    assert found.outcome == "problem" and path in found.what and says in found.fix


def test_what_github_finds_in_codeowners(examined: Examined, github: SettingsServer) -> None:
    error = {
        "line": 3,
        "column": 1,
        "kind": "Unknown owner",
        "path": ".github/CODEOWNERS",
        "message": "…",
        "suggestion": "make sure @nobody exists",
    }
    github.repository.owner_errors = [error, error]
    found = told(examined)["CODEOWNERS"]
    assert found.what == ".github/CODEOWNERS line 3: Unknown owner and 1 more" and found.fix == "make sure @nobody exists"


def test_another_default_branch(examined: Examined, github: SettingsServer) -> None:
    github.repository.default_branch = "trunk"
    found = told(examined)["main branch"]
    assert found.outcome == "problem" and "ci: {branch: trunk}" in found.fix


@pytest.mark.parametrize(
    ("scopes", "private", "push", "kind", "outcome"),
    [
        ("repo", True, True, "ghp_", "ok"),
        ("public_repo", False, True, "ghp_", "ok"),
        ("public_repo", True, True, "ghp_", "problem"),
        ("", False, True, "ghp_", "problem"),
        (None, True, True, "github_pat_", "ok"),
        (None, True, False, "github_pat_", "problem"),
        (None, True, False, "ghs_", "ok"),
    ],
)
def test_what_the_token_may_do(
    scopes: str | None,
    private: bool,
    push: bool,
    kind: str,
    outcome: str,
    examined: Examined,
    github: SettingsServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    github.token = kind + "x" * 40
    monkeypatch.setenv("GH_TOKEN", github.token)
    github.repository.scopes, github.repository.private, github.repository.push = scopes, private, push
    found = told(examined)["token"]
    assert found.outcome == outcome and bool(found.fix) == (outcome == "problem")
    assert github.token not in found.what + found.fix


@pytest.mark.parametrize(
    ("token", "api", "hidden", "code"),
    [
        (None, None, None, "MLS0980"),
        ("wrong", None, None, "MLS0981"),
        (TOKEN, "http://192.0.2.7", None, "MLS0989"),
        (TOKEN, None, (404, "Not Found"), "ada/shop"),
    ],
)
def test_without_a_token_that_github_takes_one_line_says_so(
    token: str | None,
    api: str | None,
    hidden: tuple[int, str] | None,
    code: str,
    examined: Examined,
    github: SettingsServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("GH_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    if token:
        monkeypatch.setenv("GH_TOKEN", token)
    if api:
        monkeypatch.setenv("GITHUB_API_URL", api)
    if hidden:
        github.hide("repos/get", status=hidden[0], message=hidden[1])
    (found,) = told(examined).items()
    assert found[0] == "token" and found[1].outcome == "problem" and code in found[1].what and found[1].fix


def test_a_limit_that_is_reached_half_way_is_told_and_no_missing_right(examined: Examined, github: SettingsServer) -> None:
    github.fault(403, "API rate limit exceeded", times=None, on="repos/get-all-environments", headers={"retry-after": "3600"})
    found = told(examined)["staging: environment"]
    assert found.outcome == "problem" and "MLS0985" in found.what


def test_without_a_remote_on_github_all_is_skipped(root: Path, examined: Examined, github: SettingsServer) -> None:
    git(root, "remote", "set-url", "origin", "../remote.git")
    (found,) = settings.examine(open_project(root))
    assert (found.check, found.verdict.outcome) == ("repository", "skipped") and github.requests == []


def test_broken_specs_skip_what_needs_them(root: Path, examined: Examined, github: SettingsServer) -> None:
    (root / "mlspec.yaml").write_text("kind: Project\n")
    found = told(open_project(root))
    assert [(c, v.outcome) for c, v in found.items()] == [("token", "ok"), ("specs", "skipped")]


def test_an_answer_of_another_shape_is_no_crash(examined: Examined, github: SettingsServer) -> None:
    for name in ("repos/get", "repos/get-branch-rules", "repos/get-all-environments", "actions/list-repo-workflows"):
        github.fault(200, on=name, times=None, body=["what", 1, None])
    assert outcomes(told(examined), "problem")


def test_a_run_that_waits_for_its_reviewer(examined: Examined, github: SettingsServer) -> None:
    github.reviewed = {"production"}
    text = examined.workspace.generated[".github/workflows/mlspec-deploy.yml"]
    run = github.start(text, "a" * 40, [{"name": "deploy-production", "environment": "production"}])
    found = told(examined)["waiting deployments"]
    assert found.what == f"waits for a reviewer: run {run['id']} ({'a' * 12}) for production since 2026-11-21"
    assert run["html_url"] in found.fix


@pytest.mark.parametrize("ended", ["cancelled", "never begun"])
def test_a_newest_commit_that_nobody_deployed(ended: str, examined: Examined, github: SettingsServer) -> None:
    run = github.start("{jobs: {}}", "e" * 40)
    github.repository.tip = "e" * 40
    assert told(examined)["newest commit"].outcome == "ok"
    if ended == "cancelled":
        run["conclusion"] = ended
    else:
        github.runs.remove(run)
    found = told(examined)["newest commit"]
    assert found.outcome == "problem" and "e" * 12 in found.what and "gh workflow run mlspec-deploy.yml" in found.fix


def test_no_newest_commit_is_asked_for_while_the_workflow_is_off(examined: Examined, github: SettingsServer) -> None:
    github.repository.workflows[".github/workflows/mlspec-deploy.yml"] = "disabled_manually"
    assert told(examined)["newest commit"].outcome == "skipped"
