"""Reads a repository's settings on GitHub, and changes none. What the token may not read is `Unreadable`, with the right that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.create_pull import server_url
from mlspec.adapters.github.problems import refusal

PAGE = 100
MOST_PAGES = 50
"""Nobody has more, and a server that repeats a page for ever ends here."""
ADMIN = "Administration: read"
ACTIONS = "Actions: read"
SECRETS = "Environments: read"
CONTENTS = "Contents: read"
METADATA = "Metadata: read"
REPOSITORY_SECRETS = "Secrets: read"
ORGANIZATION = "the organization's Administration: read"
PLAN = "the organization's Plan: read, of an owner"


class Unreadable(Exception):
    """GitHub does not tell this token: 403, or 404 where it hides what there is. `needs`: the right, as fine-grained tokens name it."""

    def __init__(self, refused: Refused, needs: str) -> None:
        super().__init__(refused.message)
        self.status, self.message, self.needs = refused.status, refused.message, needs

    @property
    def is_plan(self) -> bool:
        """Whether the owner's plan has no such setting: private repositories of free accounts have no protected branches."""
        return self.status == 403 and "upgrade to" in self.message.lower()


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of `owner/name`. Each reader raises `Unreadable`, and MLS0981 to MLS0987 as `github_problems.refusal` has it."""

    api: GitHubApi
    slug: str

    def page(self, place: str = "") -> str:
        """The web address of a page of settings: `branches`, `environments`, `actions`."""
        return f"{server_url()}/{self.slug}/settings{'/' if place else ''}{place}"

    def repository(self) -> tuple[dict[str, Any], frozenset[str] | None]:
        """The repository, and the token's scopes; None for a token that has permissions instead (fine-grained, an app's, a job's)."""
        found, headers = self._answer("", METADATA)
        scopes = headers.get("x-oauth-scopes")
        return _mapping(found), None if scopes is None else frozenset(s.strip() for s in scopes.split(",") if s.strip())

    def branch(self, name: str) -> dict[str, Any]:
        """A branch: `protected`, and the checks required by its protection, which any reader may see."""
        return _mapping(self._read(f"/branches/{_quoted(name)}", CONTENTS))

    def protection(self, branch: str) -> dict[str, Any] | None:
        """The protection of a branch; None where it has none."""
        try:
            return _mapping(self._read(f"/branches/{_quoted(branch)}/protection", ADMIN))
        except Unreadable as unreadable:
            if unreadable.status == 404 and "not protected" in unreadable.message.lower():
                return None
            raise

    def rules(self, branch: str) -> list[dict[str, Any]]:
        """The rules of every active ruleset, the organization's too, that hold for a branch."""
        return self._all(f"/rules/branches/{_quoted(branch)}", None, METADATA)

    def requires_signatures(self, branch: str) -> bool | None:
        """Whether a branch takes signed commits only: by a ruleset, or by its protection; None where this token is not told of either.

        Anybody may read rulesets. A protection is for administrators, so that a "no" of the rulesets alone is no answer without it.
        """
        asked = (lambda: _has_rule(self.rules(branch)), lambda: _has_protection(self.protection(branch)))
        found = [self._told(question) for question in asked]
        return True if True in found else None if None in found else False

    def _told(self, question: Callable[[], bool]) -> bool | None:
        try:
            return question()
        except Unreadable:
            return None

    def ruleset(self, number: int) -> dict[str, Any]:
        """A ruleset; `bypass_actors` only for those who may change it."""
        return _mapping(self._read(f"/rulesets/{number}", ADMIN))

    def environments(self) -> dict[str, dict[str, Any]]:
        """{name: environment}, with `protection_rules` and `deployment_branch_policy`."""
        return {str(e.get("name")): e for e in self._all("/environments", "environments", ACTIONS)}

    def deployment_branches(self, environment: str) -> frozenset[str]:
        """The patterns of branches and tags that may deploy to an environment that lists its own."""
        path = f"/environments/{_quoted(environment)}/deployment-branch-policies"
        return frozenset(str(p.get("name")) for p in self._all(path, "branch_policies", ACTIONS))

    def secrets(self, environment: str) -> frozenset[str]:
        """The names of an environment's secrets. GitHub tells nobody their values."""
        return frozenset(str(s.get("name")) for s in self._all(f"/environments/{_quoted(environment)}/secrets", "secrets", SECRETS))

    def repository_secrets(self) -> frozenset[str]:
        """The names of the secrets that every workflow of the repository may read."""
        return frozenset(str(s.get("name")) for s in self._all("/actions/secrets", "secrets", REPOSITORY_SECRETS))

    def subject(self) -> dict[str, Any]:
        """How GitHub writes the subject (`sub`) of this repository's identity tokens."""
        return _mapping(self._read("/actions/oidc/customization/sub", ACTIONS))

    def owner_subject(self) -> list[str]:
        """The claims of the organization's template for subjects; none where it has no template."""
        try:
            found = self._elsewhere(f"/orgs/{self.owner}/actions/oidc/customization/sub", ORGANIZATION)
        except Unreadable as unreadable:
            if unreadable.status == 404:
                return []
            raise
        return [str(key) for key in found.get("include_claim_keys") or ()]

    def owner_plan(self) -> str | None:
        """What the organization pays for, or the person whose token this is; None where GitHub does not tell this token."""
        person = (self.repository()[0].get("owner") or {}).get("type") == "User"
        try:
            found = self._elsewhere("/user" if person else f"/orgs/{self.owner}", PLAN)
        except Unreadable:
            return None
        same = str(found.get("login", "")).lower() == self.owner.lower()
        name = _mapping(found.get("plan")).get("name")
        return name if same and isinstance(name, str) else None

    def app(self, slug: str) -> dict[str, Any]:
        """A GitHub App, by its name in addresses."""
        return self._elsewhere(f"/apps/{_quoted(slug)}", METADATA)

    @property
    def owner(self) -> str:
        return self.slug.partition("/")[0]

    def actions(self) -> dict[str, Any]:
        """Whether Actions run, and which."""
        return _mapping(self._read("/actions/permissions", ADMIN))

    def selected_actions(self) -> dict[str, Any]:
        """Which actions may run, where only some may."""
        return _mapping(self._read("/actions/permissions/selected-actions", ADMIN))

    def workflow_token(self) -> dict[str, Any]:
        """What a workflow's own token may do."""
        return _mapping(self._read("/actions/permissions/workflow", ADMIN))

    def workflows(self) -> dict[str, str]:
        """{path: state} of the workflows that GitHub knows."""
        return {str(w.get("path")): str(w.get("state")) for w in self._all("/actions/workflows", "workflows", ACTIONS)}

    def owner_errors(self) -> list[dict[str, Any]] | None:
        """What GitHub finds wrong in CODEOWNERS on the default branch; None where it sees no such file."""
        try:
            return _mappings(_mapping(self._read("/codeowners/errors", CONTENTS)).get("errors"))
        except Unreadable as unreadable:
            if unreadable.status == 404:
                return None
            raise

    def _all(self, path: str, key: str | None, needs: str) -> list[dict[str, Any]]:
        """Every page of a list, which is the answer itself or stands in it under `key`."""
        found: list[dict[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            answer = self._read(path, needs, {"per_page": str(PAGE), "page": str(page)})
            rows = _mappings(answer if key is None else _mapping(answer).get(key))
            found += rows
            if len(rows) < PAGE:
                break
        return found

    def _read(self, path: str, needs: str, query: Mapping[str, str] | None = None) -> Any:
        return self._answer(path, needs, query)[0]

    def _elsewhere(self, path: str, needs: str) -> dict[str, Any]:
        """What does not belong to the repository alone."""
        return _mapping(self._asked(path, needs)[0])

    def _answer(self, path: str, needs: str, query: Mapping[str, str] | None = None) -> tuple[Any, Mapping[str, str]]:
        return self._asked(f"/repos/{self.slug}{path}", needs, query)

    def _asked(self, path: str, needs: str, query: Mapping[str, str] | None = None) -> tuple[Any, Mapping[str, str]]:
        try:
            return self.api.answer("GET", path, query=query)
        except Refused as refused:
            if refused.status in (403, 404) and not refused.rate_limited:
                raise Unreadable(refused, needs) from None
            raise refusal(refused, self.slug, self.page()) from None


def _has_rule(rules: list[dict[str, Any]]) -> bool:
    return any(rule.get("type") == "required_signatures" for rule in rules)


def _has_protection(protection: dict[str, Any] | None) -> bool:
    return _mapping(_mapping(protection).get("required_signatures")).get("enabled") is True


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _mapping(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _mappings(found: Any) -> list[dict[str, Any]]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
