"""The status of a commit: what a branch's protection can require."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.read import Row, pages
from mlspec.diagnostics.words import cut

DESCRIPTION = 140
"""GitHub's limit, in characters."""

State = Literal["success", "failure", "pending", "error"]


def set_status(api: GitHubApi, slug: str, commit: str, state: State, description: str, url: str, context: str = "mlspec") -> None:
    """Set a commit's status; the newest of a context counts. Raises `Refused`, MLS0986, MLS0987."""
    text = cut(" ".join(description.split()), DESCRIPTION)
    body = {"state": state, "context": context, "description": text} | ({"target_url": url} if url else {})
    api.request("POST", f"/repos/{slug}/statuses/{commit}", body=body)


@dataclass(frozen=True, slots=True)
class Status:
    """A status of a commit: `at` is when it was set, `2026-11-21T08:00:00Z`; `url`: of the run that set it, "" where none is named."""

    context: str
    state: str
    description: str
    url: str
    at: str


def read_statuses(api: GitHubApi, slug: str, commit: str) -> list[Status]:
    """All statuses of a commit, the newest first, as GitHub lists them. Raises `Refused`, MLS0986, MLS0987."""
    return [_status(row) for row in pages(api, f"/repos/{slug}/commits/{commit}/statuses", "a status")]


def _status(row: Row) -> Status:
    described, url = row.maybe_text("description") or "", row.maybe_text("target_url") or ""
    return Status(row.text("context"), row.text("state"), described, url, row.text("created_at"))
