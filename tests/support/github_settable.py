"""GitHub's settings as an administrator makes them over the API, within what each plan offers; and `gh`, as the guide calls it."""

from __future__ import annotations

import stat
import sys
from fnmatch import fnmatch
from pathlib import Path

from support.cli import git
from support.github_runs import FILE
from support.github_server import Answer, Request, refusal
from support.github_settings import UPGRADE, Repository, SettingsServer

ACTIONS_APP = 15368
NO_REVIEWERS = (
    "Failed to create the environment protection rule. Please ensure the billing plan supports the required reviewers protection rule."
)
"""https://github.com/backstage/backstage/issues/28977"""
NO_BRANCHES = "Fail to create protected rule, please ensure billing plan include protected branch gate."
"""https://github.com/integrations/terraform-provider-github/issues/1262"""
NOT_LET_BY = "Actor GitHub Actions integration must be part of the ruleset source or owner organization"
"""https://github.com/kwami-labs/kwami/pull/73, https://github.com/leynier/alera/issues/489"""
TEAM = 77


class SettableServer(SettingsServer):
    """A new repository of an organization. `bare`: the Git repository behind it, whose main branch has the workflows that GitHub knows."""

    def __init__(self, slug: str, bare: Path, plan: str) -> None:
        new = Repository(plan=plan, actions={"enabled": True, "allowed_actions": "all", "sha_pinning_required": False})
        new.token = {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": False}
        new.rebase = True
        super().__init__(slug, new)
        owner, name = slug.split("/")
        new.subject["sub_claim_prefix"] = f"repo:{owner}@{new.owner_id}/{name}@{new.id}"
        self.bare, self.made = bare, False

    def _offers(self, *plans: str) -> bool:
        """https://github.com/github/docs/tree/main/data/reusables/gated-features: environments.md, protected-branches.md, repo-rules.md."""
        return not self.repository.private or self.repository.plan in plans

    def _repos_create_in_org(self, request: Request) -> Answer:
        self.made, self.repository.private = True, request.body.get("private", False)
        return Answer(201, {"full_name": self.slug, "private": self.repository.private})

    def _repos_update(self, request: Request) -> Answer:
        self.repository.rebase = request.body.get("allow_rebase_merge", self.repository.rebase)
        return Answer(200, {"full_name": self.slug})

    def _teams_get_by_name(self, request: Request) -> Answer:
        return Answer(200, {"id": TEAM, "slug": request.arguments["team_slug"]})

    def _actions_set_github_actions_permissions_repository(self, request: Request) -> Answer:
        self.repository.actions = request.body
        return Answer(204, None)

    def _actions_set_github_actions_default_workflow_permissions_repository(self, request: Request) -> Answer:
        self.repository.token |= request.body
        return Answer(204, None)

    def _repos_create_or_update_environment(self, request: Request) -> Answer:
        """What a plan lacks may not even be named (https://github.com/alchemy-run/alchemy/pull/1373)."""
        body = request.body or {}
        if {"reviewers", "prevent_self_review", "wait_timer"} & set(body) and not self._offers("enterprise"):
            return refusal(422, NO_REVIEWERS)
        policy = body.get("deployment_branch_policy")
        if policy and not self._offers("pro", "team", "enterprise"):
            return refusal(422, NO_BRANCHES)
        if policy and policy["protected_branches"] == policy["custom_branch_policies"]:  # the description says so of the two
            return refusal(422, "protected_branches and custom_branch_policies cannot have the same value.")
        rule = {"id": 1, "node_id": "a", "type": "required_reviewers", "prevent_self_review": body.get("prevent_self_review", False)}
        waits = (
            [rule | {"reviewers": [{"type": r["type"], "reviewer": {"id": r["id"]}} for r in body["reviewers"]]}]
            if body.get("reviewers")
            else []
        )
        name = request.arguments["environment_name"]
        self.repository.environments[name] = {"protection_rules": waits, "deployment_branch_policy": policy}
        self.repository.policies.setdefault(name, [])
        return Answer(200, {"name": name, **self.repository.environments[name]})

    def _repos_create_deployment_branch_policy(self, request: Request) -> Answer:
        name = request.arguments["environment_name"]
        if not (self.repository.environments[name]["deployment_branch_policy"] or {}).get("custom_branch_policies"):
            return refusal(404, "Not Found")
        self.repository.policies[name].append(request.body["name"])
        return Answer(200, {"id": 1, "name": request.body["name"]})

    def _repos_create_repo_ruleset(self, request: Request) -> Answer:
        if not self._offers("pro", "team", "enterprise"):
            return refusal(403, UPGRADE)
        body = request.body
        if any(a["actor_type"] == "Integration" and a.get("actor_id") == ACTIONS_APP for a in body.get("bypass_actors", ())):
            return refusal(422, "Validation Failed", errors=[NOT_LET_BY])
        number = 1 + len(self.repository.rulesets)
        self.repository.rulesets[number] = {"id": number, "source": self.slug, "bypass_actors": [], **body}
        return Answer(201, self.repository.rulesets[number])

    def _repos_get_branch_rules(self, request: Request) -> Answer:
        if not self._offers("pro", "team", "enterprise"):
            return refusal(403, UPGRADE)
        found = [
            rule | {"ruleset_source_type": "Repository", "ruleset_source": self.slug, "ruleset_id": number}
            for number, whole in self.repository.rulesets.items()
            if any(self._covers(pattern, request.arguments["branch"]) for pattern in whole["conditions"]["ref_name"]["include"])
            for rule in whole["rules"]
        ]
        return Answer(200, found)

    def _covers(self, pattern: str, branch: str) -> bool:
        if pattern == "~DEFAULT_BRANCH":
            return branch == self.repository.default_branch
        return pattern == "~ALL" or fnmatch(f"refs/heads/{branch}", pattern)

    def _repos_get_branch_protection(self, request: Request) -> Answer:
        return super()._repos_get_branch_protection(request) if self._offers("pro", "team", "enterprise") else refusal(403, UPGRADE)

    def _pushed(self) -> None:
        """A push to main starts the deploy workflow that stands there; nothing was promoted yet, so that its plan has no environments."""
        path, found = f".github/workflows/{FILE}", git(self.bare, "for-each-ref", "--format=%(objectname)", "refs/heads/main").strip()
        if found and found != self.repository.tip and self._on_main(path):
            self.repository.tip = found
            self.start(git(self.bare, "show", f"main:{path}"), found)

    def _repos_get_branch(self, request: Request) -> Answer:
        self._pushed()
        return super()._repos_get_branch(request)

    def _on_main(self, path: str) -> list[str]:
        has_main = git(self.bare, "for-each-ref", "refs/heads/main")
        return git(self.bare, "ls-tree", "--name-only", "main", path).splitlines() if has_main else []

    def _actions_list_repo_workflows(self, request: Request) -> Answer:
        self.repository.workflows = dict.fromkeys(self._on_main(".github/workflows/"), "active")
        return super()._actions_list_repo_workflows(request)

    def _repos_codeowners_errors(self, request: Request) -> Answer:
        return Answer(200, {"errors": []}) if self._on_main(".github/CODEOWNERS") else refusal(404, "Not Found")


GH = f'''#!{sys.executable}
"""`gh api` and `gh secret set`, in the words of the guide."""
import json, os, re, sys, urllib.request

words = sys.argv[1:]
log = open(os.environ["GH_LOG"], "a")
log.write(json.dumps(words) + "\\n")
if words[:2] == ["secret", "set"]:
    sys.stdin.read()
    sys.exit(0)
if words[0] != "api":
    sys.exit(f"gh {{words[0]}}: the guide's test knows no such word")
method, body, path, show = "GET", {{}}, None, None
rest = iter(words[1:])
for word in rest:
    if word == "--method":
        method = next(rest)
    elif word in ("-f", "-F"):
        key, _, value = next(rest).partition("=")
        body[key] = json.loads(value) if word == "-F" and re.fullmatch("true|false|null|[0-9]+", value) else value
    elif word == "--input":
        assert next(rest) == "-"
        body = json.load(sys.stdin)
    elif word == "--jq":
        show = next(rest).removeprefix(".")
    elif word == "--silent":
        pass
    else:
        assert path is None and not word.startswith("-"), word
        path = word
headers = {{"Authorization": "Bearer " + os.environ["GH_TOKEN"], "Accept": "application/vnd.github+json", "User-Agent": "gh"}}
headers |= {{"X-GitHub-Api-Version": "2022-11-28"}} | ({{"Content-Type": "application/json"}} if body else {{}})
data = json.dumps(body).encode() if body else None
request = urllib.request.Request(os.environ["GITHUB_API_URL"] + "/" + path, data, headers, method=method)
try:
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
except urllib.error.HTTPError as error:
    sys.exit(f"gh: {{error.read().decode()}} (HTTP {{error.code}})")
if show:
    print(json.loads(text)[show])
'''


def install_gh(folder: Path) -> Path:
    """Write `gh` there; the folder, for PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "gh"
    path.write_text(GH)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return folder
