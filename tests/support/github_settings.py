"""GitHub's server with a repository's settings, to be read only."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from support.github_runs import Runs
from support.github_server import Answer, Request, refusal

NOT_ALLOWED = "Resource not accessible by personal access token"
UPGRADE = "Upgrade to GitHub Pro or make this repository public to enable this feature."

IMMUTABLE = {"use_immutable_subject": True, "sub_claim_prefix": "repo:ada@123456/shop@456789"}
"""A repository made after 2026-07-15 (https://docs.github.com/actions/reference/security/oidc; the answer as in Azure/azure-dev#9430)."""
NAMED = {"use_immutable_subject": False, "sub_claim_prefix": "repo:ada/shop"}


@dataclass
class Repository:
    """What the settings say; as a strict platform engineer would have them, until a test changes it."""

    default_branch: str = "main"
    private: bool = True
    rebase: bool | None = False
    """None: GitHub does not tell who may only read."""
    visibility: str | None = None
    owner_type: str = "Organization"
    plan: str | None = "enterprise"
    """Of the owner; None: GitHub does not tell this token."""
    id: int = 456789
    owner_id: int = 123456
    push: bool = True
    tip: str = "f" * 40
    """The newest commit of the default branch."""
    scopes: str | None = "repo, workflow"
    """None: a fine-grained token, which has no such header."""
    rules: list[dict[str, Any]] = field(default_factory=list)
    rulesets: dict[int, dict[str, Any]] = field(default_factory=dict)
    protection: dict[str, Any] | None = None
    seen: dict[str, Any] = field(default_factory=dict)
    """What a branch shows of its protection to everybody."""
    environments: dict[str, dict[str, Any]] = field(default_factory=dict)
    policies: dict[str, list[str]] = field(default_factory=dict)
    secrets: dict[str, list[str]] = field(default_factory=dict)
    actions: dict[str, Any] = field(default_factory=lambda: {"enabled": True, "allowed_actions": "all", "sha_pinning_required": True})
    selected: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(
        default_factory=lambda: {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": True}
    )
    workflows: dict[str, str] = field(default_factory=dict)
    owner_errors: list[dict[str, Any]] | None = field(default_factory=list)
    branch_rules: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Those of other branches, by a pattern of fnmatch."""
    subject: dict[str, Any] = field(default_factory=lambda: {"use_default": True, **IMMUTABLE})
    owner_subject: list[str] | None = None
    repository_secrets: list[str] = field(default_factory=list)
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)
    """GitHub Apps that this token sees, by their slug."""
    hidden: dict[str, Answer] = field(default_factory=dict)
    """Operation -> what GitHub answers to a token that lacks the right."""


class SettingsServer(Runs):
    """Answers what `mlspec doctor --github` asks."""

    def __init__(self, slug: str, repository: Repository) -> None:
        super().__init__(slug)
        self.repository = repository

    def hide(self, *operations: str, status: int = 403, message: str = NOT_ALLOWED) -> None:
        for name in operations:
            self.repository.hidden[name] = refusal(status, message)

    def _real(self, request: Request, violations: list[str]) -> Answer:
        return self.repository.hidden.get(request.operation or "") or super()._real(request, violations)

    def _repos_get(self, request: Request) -> Answer:
        r = self.repository
        rights = {"admin": False, "maintain": False, "push": r.push, "triage": True, "pull": True}
        owner = {"login": self.slug.split("/")[0], "id": r.owner_id, "type": r.owner_type}
        body = {"full_name": self.slug, "default_branch": r.default_branch, "private": r.private, "permissions": rights}
        body |= {} if r.rebase is None else {"allow_rebase_merge": r.rebase}
        body |= {"id": r.id, "owner": owner, "visibility": r.visibility or ("private" if r.private else "public")}
        return Answer(200, body, {} if r.scopes is None else {"X-OAuth-Scopes": r.scopes})

    def _repos_get_branch(self, request: Request) -> Answer:
        name = request.arguments["branch"]
        if name != self.repository.default_branch:
            return refusal(404, "Branch not found")
        return Answer(
            200,
            {
                "name": name,
                "protected": self.repository.protection is not None,
                "protection": self.repository.seen,
                "commit": {"sha": self.repository.tip},
            },
        )

    def _repos_get_branch_protection(self, request: Request) -> Answer:
        found = self.repository.protection
        return refusal(404, "Branch not protected") if found is None else Answer(200, found)

    def _repos_get_branch_rules(self, request: Request) -> Answer:
        name = request.arguments["branch"]
        others = (rules for pattern, rules in self.repository.branch_rules.items() if fnmatch(name, pattern))
        own = self.repository.rules if name == self.repository.default_branch else []
        return Answer(200, _page(request, [*own, *(rule for rules in others for rule in rules)]))

    def _repos_get_repo_ruleset(self, request: Request) -> Answer:
        found = self.repository.rulesets.get(int(request.arguments["ruleset_id"]))
        return refusal(404, "Not Found") if found is None else Answer(200, found)

    def _repos_get_all_environments(self, request: Request) -> Answer:
        rows = [{"name": name, **form} for name, form in self.repository.environments.items()]
        return Answer(200, {"total_count": len(rows), "environments": _page(request, rows)})

    def _repos_list_deployment_branch_policies(self, request: Request) -> Answer:
        names = self.repository.policies[request.arguments["environment_name"]]
        return Answer(200, {"total_count": len(names), "branch_policies": _page(request, [{"name": n, "type": "branch"} for n in names])})

    def _actions_list_environment_secrets(self, request: Request) -> Answer:
        names = self.repository.secrets.get(request.arguments["environment_name"], [])
        day = "2026-01-01T00:00:00Z"
        rows = [{"name": n, "created_at": day, "updated_at": day} for n in names]
        return Answer(200, {"total_count": len(rows), "secrets": _page(request, rows)})

    def _actions_get_github_actions_permissions_repository(self, request: Request) -> Answer:
        return Answer(200, self.repository.actions)

    def _actions_get_allowed_actions_repository(self, request: Request) -> Answer:
        return Answer(200, self.repository.selected)

    def _actions_get_github_actions_default_workflow_permissions_repository(self, request: Request) -> Answer:
        return Answer(200, self.repository.token)

    def _actions_list_repo_workflows(self, request: Request) -> Answer:
        rows = [{"path": path, "state": state} for path, state in self.repository.workflows.items()]
        return Answer(200, {"total_count": len(rows), "workflows": _page(request, rows)})

    def _actions_get_custom_oidc_sub_claim_for_repo(self, request: Request) -> Answer:
        return Answer(200, self.repository.subject)

    def _oidc_get_oidc_custom_sub_template_for_org(self, request: Request) -> Answer:
        found = self.repository.owner_subject
        return refusal(404, "Not Found") if found is None else Answer(200, {"include_claim_keys": found})

    def _orgs_get(self, request: Request) -> Answer:
        """The plan is told to an organization's owners only (https://docs.github.com/rest/orgs/orgs#get-an-organization)."""
        if self.repository.owner_type != "Organization":
            return refusal(404, "Not Found")
        return Answer(200, {"login": self.slug.split("/")[0]} | self._plan())

    def _apps_get_by_slug(self, request: Request) -> Answer:
        """https://docs.github.com/en/rest/apps/apps#get-an-app"""
        found = self.repository.apps.get(request.arguments["app_slug"])
        return Answer(200, found) if found else refusal(404, "Not Found")

    def _users_get_authenticated(self, request: Request) -> Answer:
        return Answer(200, {"login": "ada", "type": "User"} | (self._plan() if self.repository.owner_type == "User" else {}))

    def _plan(self) -> dict[str, Any]:
        return {"plan": {"name": self.repository.plan, "space": 1, "private_repos": 1}} if self.repository.plan else {}

    def _actions_list_repo_secrets(self, request: Request) -> Answer:
        day = "2026-01-01T00:00:00Z"
        rows = [{"name": n, "created_at": day, "updated_at": day} for n in self.repository.repository_secrets]
        return Answer(200, {"total_count": len(rows), "secrets": _page(request, rows)})

    def _repos_codeowners_errors(self, request: Request) -> Answer:
        found = self.repository.owner_errors
        return refusal(404, "Not Found") if found is None else Answer(200, {"errors": found})


def _page(request: Request, rows: list[Any]) -> list[Any]:
    query = {"page": "1", "per_page": "30"} | dict(request.query)
    size = int(query["per_page"])
    return rows[size * (int(query["page"]) - 1) : size * int(query["page"])]


def ruleset(checks: list[str], *, number: int = 7) -> tuple[list[dict[str, Any]], dict[int, dict[str, Any]]]:
    """A strict ruleset: its rules as a branch lists them, and itself as an administrator sees it."""
    review = {
        "required_approving_review_count": 1,
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": True,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
    }
    required = {
        "strict_required_status_checks_policy": False,
        "required_status_checks": [{"context": c} for c in checks],
    }
    rules: list[dict[str, Any]] = [
        {"type": "pull_request", "parameters": review},
        {"type": "required_status_checks", "parameters": required},
        {"type": "non_fast_forward"},
    ]
    source = {"ruleset_source_type": "Repository", "ruleset_source": "ada/shop", "ruleset_id": number}
    whole: dict[str, Any] = {
        "id": number,
        "name": "main",
        "source": "ada/shop",
        "enforcement": "active",
        "bypass_actors": [],
        "rules": rules,
    }
    return [{**rule, **source} for rule in rules], {number: whole}


def protection(checks: list[str]) -> dict[str, Any]:
    """The same by branch protection."""
    return {
        "required_status_checks": {"strict": False, "contexts": checks, "checks": [{"context": c, "app_id": None} for c in checks]},
        "required_pull_request_reviews": {
            "dismiss_stale_reviews": True,
            "require_code_owner_reviews": True,
            "required_approving_review_count": 1,
        },
        "enforce_admins": {"url": "https://api.example.org", "enabled": True},
        "allow_force_pushes": {"enabled": False},
        "allow_deletions": {"enabled": False},
    }


REVIEWERS = {
    "id": 1,
    "node_id": "a",
    "type": "required_reviewers",
    "prevent_self_review": True,
    "reviewers": [{"type": "User", "reviewer": {}}],
}
WAIT = {"id": 2, "node_id": "b", "type": "wait_timer", "wait_timer": 30}
MAIN_ONLY = {"protected_branches": False, "custom_branch_policies": True}
