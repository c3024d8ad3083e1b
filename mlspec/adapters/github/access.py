"""Who may write to a repository, who pushed to a branch, who is in a team. What the token may not read is None, never a yes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.read import as_row, as_rows, pages

MOST_PAGES = 20
"""2,000 pushes to one branch; a longer history is not readable here."""
PAGES_OF_ALL = 10
"""The same of all branches, where a deleted one is looked for."""
_RETARGETS = ("base_ref_changed", "automatic_base_change_succeeded")
_PUSHES = ("push", "force_push", "branch_creation", "pr_merge", "merge_queue_merge")
"""A merge of another pull request into the branch moves it as a push does, and its commits may name others."""


@dataclass(frozen=True, slots=True)
class Push:
    """Somebody moved a branch from one commit to another (40 zeros: it was new)."""

    login: str
    before: str
    after: str
    ref: str = ""


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


def read_pushes(api: GitHubApi, slug: str, branch: str, head: str) -> list[Push] | None:
    """Every push to a branch whose tip is, or was, `head`; None where GitHub does not tell this token, or not that one.

    Nothing says what GitHub lists by the name of a branch that is deleted; without a name it lists such branches, too
    (https://github.com/bethesque/bethesque/activity). A list without the push that brought `head` is no answer. Raises as `may_write`.
    """
    ref = f"refs/heads/{branch}"
    found, is_whole = _activity(api, slug, {"ref": ref}, MOST_PAGES)
    if is_whole and all(push.after != head for push in found):
        listed, is_whole = _activity(api, slug, {}, PAGES_OF_ALL)
        found = [push for push in listed if push.ref == ref]
        is_whole = is_whole or any(push.before.strip("0") == "" for push in found)  # down to where the branch began
    return found if is_whole and any(push.after == head for push in found) else None


def _activity(api: GitHubApi, slug: str, named: Mapping[str, str], most: int) -> tuple[list[Push], bool]:
    """Pushes, the newest first, of `most` pages; and whether these are all. None at all where GitHub does not tell this token."""
    found, query = list[Push](), {**named, "per_page": "100"}
    for _ in range(most):
        try:
            answer, headers = api.answer("GET", f"/repos/{slug}/activity", query=query)
        except Refused as refused:
            if refused.status in (403, 404) and not refused.rate_limited:
                return [], False
            raise
        for row in as_rows(answer, "an activity"):
            actor = row.maybe_row("actor")
            if row.text("activity_type") in _PUSHES:
                found.append(Push(actor.text("login") if actor else "", row.text("before"), row.text("after"), row.text("ref")))
        cursor = _next(headers.get("link", ""))
        if cursor is None:
            return found, True
        query = query | {"after": cursor}
    return found, False


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
