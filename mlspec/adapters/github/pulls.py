"""Pull requests of a branch, open and closed: what is known of earlier ones before another is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.create_pull import is_of, unexpected, web_address
from mlspec.adapters.github.problems import refusal
from mlspec.adapters.github.remote import compare_url, server_url

PAGE_SIZE = 100
"""How many pull requests of one branch are looked at, the newest first."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as GitHub has it now."""

    number: int
    title: str
    body: str
    url: str
    is_open: bool
    is_merged: bool


def pulls_of(slug: str, *, head: str, base: str, state: Literal["open", "closed", "all"] = "all") -> list[Pull]:
    """The newest pull requests of branch `head` into `base` of `owner/name`, newest first. Raises MLS0980 to MLS0989."""
    query = {"head": f"{slug.split('/', maxsplit=1)[0]}:{head}", "base": base, "state": state, "per_page": str(PAGE_SIZE)}
    try:
        with GitHubApi.from_environment() as api:
            listed = api.request("GET", f"/repos/{slug}/pulls", query=query)
    except Refused as refused:
        raise refusal(refused, slug, compare_url(slug, base, head)) from None
    if not isinstance(listed, list):
        raise unexpected("a list of pull requests was asked for")
    found = [_pull(p) for p in listed if isinstance(p, dict) and is_of(p, slug, head, base)]
    return sorted(found, key=lambda p: p.number, reverse=True)


def change_pull(slug: str, number: int, text: Mapping[str, str]) -> None:
    """Change `title` or `body` of a pull request. Raises MLS0980 to MLS0989."""
    try:
        with GitHubApi.from_environment() as api:
            api.request("PATCH", f"/repos/{slug}/pulls/{number}", body=text)
    except Refused as refused:
        raise refusal(refused, slug, f"{server_url()}/{slug}/pull/{number}") from None


def _pull(form: Mapping[str, Any]) -> Pull:
    number = form.get("number")
    if not isinstance(number, int):
        raise unexpected("a pull request without a number")
    title, body = str(form.get("title") or ""), str(form.get("body") or "")
    return Pull(number, title, body, web_address(dict(form)), form.get("state") == "open", form.get("merged_at") is not None)
