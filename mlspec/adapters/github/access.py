"""Who may write to a repository, who pushed to a branch, who is in a team. What the token may not read is None, never a yes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.read import as_row, as_rows, pages

MOST_PAGES = 20
"""2,000 pushes to one branch; a longer history is not readable here."""
_RETARGETS = ("base_ref_changed", "automatic_base_change_succeeded")
_PUSHES = ("push", "force_push", "branch_creation", "pr_merge", "merge_queue_merge")
"""A merge of another pull request into the branch moves it as a push does, and its commits may name others."""


@dataclass(frozen=True, slots=True)
class Push:
    """Somebody moved a branch from one commit to another (40 zeros: it was new)."""

    login: str
    before: str
    after: str


def may_write(api: GitHubApi, slug: str, login: str) -> bool | None:
    """Whether a person may push to `owner/name`; None where GitHub does not tell this token. Raises `Refused` else, MLS0986, MLS0987.

    GitHub answers 404 for somebody who has nothing to do with the repository.
    """
    path = f"/repos/{slug}/collaborators/{quote(login, safe='')}/permission"
    try:
        found = as_row(api.request("GET", path), "a permission")
    except Refused as refused:
        if refused.status in (403, 404) and not refused.rate_limited:
            return None if refused.status == 403 else False
        raise
    return found.text("permission") in ("admin", "write")


def read_pushes(api: GitHubApi, slug: str, branch: str) -> list[Push] | None:
    """Every push to a branch; None where GitHub does not tell this token, or there are too many. Raises as `may_write`."""
    found, query = list[Push](), {"ref": f"refs/heads/{branch}", "per_page": "100"}
    for _ in range(MOST_PAGES):
        try:
            answer, headers = api.answer("GET", f"/repos/{slug}/activity", query=query)
        except Refused as refused:
            if refused.status in (403, 404) and not refused.rate_limited:
                return None
            raise
        for row in as_rows(answer, "an activity"):
            actor = row.maybe_row("actor")
            if row.text("activity_type") in _PUSHES:
                found.append(Push(actor.text("login") if actor else "", row.text("before"), row.text("after")))
        cursor = _next(headers.get("link", ""))
        if cursor is None:
            return found
        query = query | {"after": cursor}
    return None


def _next(link: str) -> str | None:
    """The cursor of the next page."""
    found = re.search(r"<[^>]*[?&]after=([^&>]+)[^>]*>; *rel=\"next\"", link)
    return found[1] if found else None


def read_retargeted(api: GitHubApi, slug: str, number: int) -> str | None:
    """When a pull request last went into another branch than before, as `2026-11-21T08:00:00Z`; "" where it never did.

    None where GitHub does not tell this token. Raises as `may_write`.
    """
    try:
        found = list(pages(api, f"/repos/{slug}/issues/{number}/events", f"an event of #{number}"))
    except Refused as refused:
        if refused.status in (403, 404) and not refused.rate_limited:
            return None
        raise
    return max((row.text("created_at") for row in found if row.text("event") in _RETARGETS), default="")


def is_member(api: GitHubApi, team: str, login: str) -> bool | None:
    """Whether a person is in `organization/team`; None where GitHub does not tell this token. Raises as `may_write`.

    GitHub answers 404 both for who is no member and for a team that it hides, so the team itself is asked for then.
    """
    organization, _, name = team.partition("/")
    path = f"/orgs/{quote(organization, safe='')}/teams/{quote(name, safe='')}"
    try:
        found = as_row(api.request("GET", f"{path}/memberships/{quote(login, safe='')}"), "a membership")
    except Refused as refused:
        if refused.rate_limited or refused.status not in (403, 404):
            raise
        return False if refused.status == 404 and _is_visible(api, path) else None
    return found.text("state") == "active"


def _is_visible(api: GitHubApi, path: str) -> bool:
    try:
        api.request("GET", path)
    except Refused as refused:
        if refused.rate_limited or refused.status not in (403, 404):
            raise
        return False
    return True
