"""The status of a commit: what a branch's protection can require."""

from __future__ import annotations

from typing import Literal

from mlspec.adapters.github.api import GitHubApi
from mlspec.diagnostics.words import cut

DESCRIPTION = 140
"""GitHub's limit, in characters."""

State = Literal["success", "failure", "pending", "error"]


def set_status(api: GitHubApi, slug: str, commit: str, state: State, description: str, url: str, context: str = "mlspec") -> None:
    """Set a commit's status; the newest of a context counts. Raises `Refused`, MLS0986, MLS0987."""
    text = cut(" ".join(description.split()), DESCRIPTION)
    body = {"state": state, "context": context, "description": text} | ({"target_url": url} if url else {})
    api.request("POST", f"/repos/{slug}/statuses/{commit}", body=body)
