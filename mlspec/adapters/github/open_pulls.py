"""The open pull requests of a branch, with the commit at their head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlspec.adapters.github.api import GitHubApi


@dataclass(frozen=True, slots=True)
class OpenPull:
    """An open pull request: its number, the commit at its head, and the branch it goes into."""

    number: int
    head: str
    base: str


def open_pulls(api: GitHubApi, slug: str, branch: str) -> tuple[OpenPull, ...]:
    """The open pull requests from a branch of `owner/name` itself, by number. Raises `Refused`, MLS0986, MLS0987.

    GitHub ignores a filter that it does not understand, and a fork may have a branch of the same name: what it lists is checked again.
    """
    query = {"head": f"{slug.split('/', maxsplit=1)[0]}:{branch}", "state": "open", "per_page": "100"}
    listed = api.request("GET", f"/repos/{slug}/pulls", query=query)
    found = (_pull(item, slug, branch) for item in (listed if isinstance(listed, list) else []))
    return tuple(sorted((pull for pull in found if pull is not None), key=lambda pull: pull.number))


def _pull(item: Any, slug: str, branch: str) -> OpenPull | None:
    try:
        head, number = item["head"], item["number"]
        is_ours = head["ref"] == branch and str(head["repo"]["full_name"]).lower() == slug.lower() and item["state"] == "open"
        return OpenPull(number, str(head["sha"]), str(item["base"]["ref"])) if is_ours and isinstance(number, int) else None
    except (KeyError, TypeError):  # a fork that was deleted has no `repo`
        return None
