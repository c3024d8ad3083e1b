"""The commit's status `mlspec/approvals`, which a branch's rules require. The newest counts: a review turns it without a new commit."""

from __future__ import annotations

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.problems import refusals
from mlspec.adapters.github.remote import remote_slug, server_url
from mlspec.adapters.github.statuses import State, set_status
from mlspec.ci.record.comment import run_url
from mlspec.ci.record.record import STATUS

CONTEXT = "mlspec/approvals"
"""Not the job's name: where a check and a status have one name, GitHub wants both to pass, and a check stays as its run left it."""


def set_approvals(repository: Repository, remote: str, commit: str, state: State, line: str) -> None:
    """Set the status of a commit. Raises MLS0980 to MLS0989; nothing is set where the remote is no GitHub."""
    slug = remote_slug(repository.require_remote(remote))
    if slug is not None:
        with refusals(slug, f"{server_url()}/{slug}/commit/{commit}", STATUS), GitHubApi.from_environment() as api:
            set_status(api, slug, commit, state, line, run_url(), CONTEXT)
