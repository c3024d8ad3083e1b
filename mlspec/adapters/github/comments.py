"""One comment of ours on a pull request: found by the marker it begins with, brought up to date in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mlspec.adapters.github.api import GitHubApi, Refused

PAGE, MOST_PAGES = 100, 50


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: its id and its text."""

    id: int
    body: str


def put_comment(api: GitHubApi, slug: str, number: int, marker: str, text: Callable[[str | None], str | None]) -> None:
    """Have one comment of ours that begins with `marker` on a pull request. Raises `Refused`, MLS0986, MLS0987.

    `text` gets what stands there now (None: nothing) and returns what shall stand there, or None where that is as it should be. Of
    several (two runs at once) the oldest stays. One that we may not edit is left alone, and a new one is made.
    """
    found = own_comments(api, slug, number, marker)
    for place, standing in enumerate(found):
        wanted = text(standing.body)
        if wanted is None or _edited(api, slug, standing, wanted):
            _remove_doubles(api, slug, found[place + 1 :])
            return
    new = text(None)
    if new is not None:
        api.request("POST", f"/repos/{slug}/issues/{number}/comments", body={"body": new})
        others = {comment.id for comment in found}
        made = [comment for comment in own_comments(api, slug, number, marker) if comment.id not in others]
        _remove_doubles(api, slug, made[1:])


def _remove_doubles(api: GitHubApi, slug: str, doubles: list[Comment]) -> None:
    for double in doubles:
        _remove(api, slug, double)


def own_comments(api: GitHubApi, slug: str, number: int, marker: str) -> list[Comment]:
    """Our comments that begin with `marker`, the oldest first. Somebody else's that begins so is not ours: its author could change it."""
    is_ours = _author(api)
    found = [c for c in _comments(api, slug, number) if is_ours(c) and str(c.get("body") or "").startswith(marker)]
    return sorted((Comment(c["id"], c["body"]) for c in found if isinstance(c.get("id"), int)), key=lambda c: c.id)


def _author(api: GitHubApi) -> Callable[[dict[str, Any]], bool]:
    """Whether a comment is ours. A workflow's token may not ask who it is, and its comments are a bot's."""
    try:
        login = (api.request("GET", "/user") or {}).get("login")
    except Refused as refused:
        if refused.status not in (401, 403, 404) or refused.rate_limited:
            raise
        return lambda comment: (comment.get("user") or {}).get("type") == "Bot"
    return lambda comment: login is not None and (comment.get("user") or {}).get("login") == login


def _comments(api: GitHubApi, slug: str, number: int) -> Iterator[dict[str, Any]]:
    for page in range(1, MOST_PAGES + 1):
        query = {"per_page": str(PAGE), "page": str(page)}
        listed = api.request("GET", f"/repos/{slug}/issues/{number}/comments", query=query)
        items = listed if isinstance(listed, list) else []
        yield from (item for item in items if isinstance(item, dict))
        if len(items) < PAGE:
            return


def _edited(api: GitHubApi, slug: str, comment: Comment, body: str) -> bool:
    """Whether the comment could be edited: it may be gone, or another's."""
    try:
        api.request("PATCH", f"/repos/{slug}/issues/comments/{comment.id}", body={"body": body})
    except Refused as refused:
        if refused.status not in (403, 404) or refused.rate_limited:
            raise
        return False
    return True


def _remove(api: GitHubApi, slug: str, comment: Comment) -> None:
    """Remove a double; one that may not be removed stays, since a comment too many is no failure."""
    try:
        api.request("DELETE", f"/repos/{slug}/issues/comments/{comment.id}")
    except Refused as refused:
        if refused.status not in (403, 404):
            raise
